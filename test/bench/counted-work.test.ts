import { expect, test } from 'vitest';

test('the packet loop allocates nothing for a packet, whatever the traffic', async () => {
  // Plain JavaScript, as all of the benchmark: typed by hand here.
  const url = new URL('../../bench/harness/counted-work.mjs', import.meta.url).href;
  const { countedWork } = (await import(url)) as { countedWork(): { text: string; isWithin: boolean } };
  const { text, isWithin } = countedWork();
  for (const input of ['small', 'mix', 'ipv6', 'vlan', 'pcapng', 'pxe']) expect(text).toContain(`\n${input} `);
  expect(isWithin, text).toBe(true);
}, 120_000);
