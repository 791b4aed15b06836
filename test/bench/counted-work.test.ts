import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Below the smallest object (24 bytes): not even one for each packet. What is left are a boxed number (16), buffers and the tables themselves. */
const MOST_BYTES = 20;

interface Counted {
  input: string;
  frames: number;
  bytesPerPacket: number;
  collections: number;
}

test('the packet loop allocates nothing for a packet, whatever the traffic', () => {
  const text = execFileSync(process.execPath, ['--expose-gc', '--max-semi-space-size=256', 'bench/counted.mjs'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const inputs = JSON.parse(text) as Counted[];
  expect(inputs.map(({ input }) => input)).toEqual(['small', 'mix', 'ipv6', 'vlan', 'pcapng', 'pxe']);
  for (const { input, frames, bytesPerPacket, collections } of inputs) {
    expect(frames, input).toBe(100_000);
    expect(collections, `${input}: collections of young garbage`).toBe(0);
    expect(bytesPerPacket, `${input}: bytes for each packet`).toBeLessThan(MOST_BYTES);
  }
}, 120_000);
