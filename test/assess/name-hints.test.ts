/** What addresses without a name are called: hints, never more. */
import { expect, test } from 'vitest';
import { type TestFrame, tcp, udp } from '../track/frames.ts';
import { dnsMessage } from '../track/openings.ts';
import { DC, held } from './traffic.ts';

const STRANGER = '10.9.9.9';
const TOPOLOGY = `
version: 1
hosts:
  - { name: DC01, addresses: [${DC}], roles: [domain-controller] }
  - { name: REAL, addresses: [10.0.0.40], roles: [mp] }
`;

/** A connection that nothing expects. */
const talk = (client = STRANGER): TestFrame[] => {
  const up = { source: client, destination: DC, sourcePort: 50_000, destinationPort: 4444 };
  const down = { source: DC, destination: client, sourcePort: 4444, destinationPort: 50_000 };
  return [
    tcp({ ...up, flags: 'S', sequence: 99, time: 9 }),
    tcp({ ...down, flags: 'SA', sequence: 499, acknowledgment: 100, time: 9.01 }),
    tcp({ ...up, flags: 'A', sequence: 100, acknowledgment: 500, time: 9.02 }),
  ];
};
const answer = (name: string, address: string, port: number): TestFrame => {
  const ends = { source: address, destination: '10.9.9.1', sourcePort: port, destinationPort: 50_001, time: 1 };
  return udp(ends, dnsMessage(name, { answers: [{ name, type: 1, data: address.split('.').map(Number) }] }));
};

/** A REQUEST with a host name, and its ACK. */
function lease(name: string, address: string): TestFrame[] {
  const message = (op: number, type: number, options: number[]): Uint8Array => {
    const bytes = new Uint8Array(240 + 3 + options.length + 1);
    bytes.set([op, 1, 6, 0, 0, 0, 0, 7]);
    if (op === 2) bytes.set(address.split('.').map(Number), 16);
    bytes.set([2, 0, 0, 0, 0, 9], 28);
    bytes.set([0x63, 0x82, 0x53, 0x63, 53, 1, type, ...options, 255], 236);
    return bytes;
  };
  const host = [...new TextEncoder().encode(name)];
  return [
    udp(
      { source: '0.0.0.0', destination: '255.255.255.255', sourcePort: 68, destinationPort: 67, time: 1 },
      message(1, 3, [12, host.length, ...host]),
    ),
    udp({ source: DC, destination: address, sourcePort: 67, destinationPort: 68, time: 1.1 }, message(2, 5, [])),
  ];
}

const told = (frames: TestFrame[]): string =>
  held(frames, TOPOLOGY).findings.find(({ kind }) => kind === 'unknown-endpoint')!.message;

test('an address that nothing names is an address', () => {
  expect(told(talk())).toMatch(/^10\.9\.9\.9 is not in the topology/);
});

test('its own word in DHCP, or over LLMNR', () => {
  expect(told([...lease('LAPTOP7', STRANGER), ...talk()])).toContain('10.9.9.9 (LAPTOP7 by its own word in DHCP)');
  expect(told([answer('laptop8', STRANGER, 5355), ...talk()])).toContain('(laptop8 by its own word over LLMNR)');
});

test('a name of several addresses says nothing, and a long one is cut', () => {
  const frames = [answer('wpad', STRANGER, 5355), answer('wpad', '10.9.9.8', 5355), ...talk()];
  expect(told(frames)).toMatch(/^10\.9\.9\.9 is not/);
  expect(told([...lease('x'.repeat(200), STRANGER), ...talk()])).toContain(`(${'x'.repeat(64)}… by`);
});

test('a stranger that takes the name of a host of the topology is still a stranger', () => {
  const report = held([...lease('REAL', STRANGER), answer('real', STRANGER, 5355), ...talk()], TOPOLOGY);
  const finding = report.findings.find(({ kind }) => kind === 'unknown-endpoint')!;
  expect(finding).toMatchObject({ src_ip: STRANGER, src_name: null });
  expect(report.endpoints.find(({ ip }) => ip === STRANGER)).toMatchObject({ name: null });
});
