/** Kinds of findings about network boots that the captures of real firmware do not show, on boots made by hand. */
import { describe, expect, test } from 'vitest';
import { bootServers, isDiscover, tries } from '../../src/assess/boot-facts.ts';
import type { Finding } from '../../src/assess/types.ts';
import { playStories } from '../../src/stories/stories.ts';
import { DHCP, machine, option, text } from '../stories/boot-frames.ts';
import { observe } from '../track/analyze.ts';
import { icmpError, type TestFrame, udp } from '../track/frames.ts';
import { DP, held, site } from './traffic.ts';

const { lease: LEASE, dhcp, discover, offer, request, ack, ask4011, answer4011, ask, load, begin: beginAt } = machine();
const NOBODY = '0.0.0.0';
const ALL = '255.255.255.255';

function told(frames: TestFrame[]): Finding[] {
  return held(frames, site()).findings.filter(({ kind }) => /^(pxe|tftp)-/.test(kind));
}
const kinds = (frames: TestFrame[]): string[] => told(frames).map(({ kind }) => kind);

const begin = beginAt();
/** Something that shows both directions of the two. */
const answeredBefore = [
  udp({ source: LEASE, destination: DP, sourcePort: 4000, destinationPort: 53, time: 0 }),
  udp({ source: DP, destination: LEASE, sourcePort: 53, destinationPort: 4000, time: 0.1 }),
];

describe('boots made by hand', () => {
  test('a normal boot gives no finding at all', () => {
    expect(
      kinds([...begin, answer4011(2.1, 'smsboot\\x64\\wdsmgfw.efi'), ...load(3, 'smsboot\\x64\\wdsmgfw.efi')]),
    ).toEqual([]);
  });
  test('an ordinary lease is no boot', () => {
    const plain = [
      discover(0, { pxe: false }),
      offer(0.1),
      dhcp(1, { type: 3, from: NOBODY, to: ALL, pxe: false }),
      ack(1.1),
    ];
    const report = held(plain, site());
    expect(report.pxe_clients).toEqual([]);
    expect(kinds(plain)).toEqual([]);
  });
  test('an address, and no boot server', () => {
    expect(kinds([discover(0), offer(0.1), request(1), ack(1.1)])).toEqual(['pxe-no-boot-server']);
  });
  test('a boot server that names no file', () => {
    expect(kinds([...begin, answer4011(2.1)])).toEqual(['pxe-no-boot-file']);
  });
  test('4011 without an answer is told once, and by nobody else', () => {
    const report = held([...begin, ask4011(4), ask4011(8)], site());
    expect(report.findings.filter(({ severity }) => severity !== 'info').map(({ kind }) => kind)).toEqual([
      'pxe-4011-unanswered',
    ]);
  });
  test('a BIOS program for a UEFI machine', () => {
    const file = 'smsboot\\x64\\wdsnbp.com';
    expect(kinds([...begin, answer4011(2.1, file), ...load(3, file)])).toEqual(['pxe-wrong-boot-file']);
  });
  test('nothing is deployed', () => {
    const file = 'smsboot\\x64\\abortpxe.com';
    expect(
      kinds([discover(0, { architecture: 0 }), ...begin.slice(1), answer4011(2.1, file), ...load(3, file)]),
    ).toContain('pxe-aborted');
  });
  test('a boot file that nobody asks for, and offers that the client ignores', () => {
    expect(kinds([...begin, answer4011(2.1, 'a.efi')])).toEqual(['pxe-stalled']);
    expect(kinds([discover(0), offer(0.1), discover(4), offer(4.1), discover(12), offer(12.1)])).toEqual([
      'pxe-stalled',
    ]);
  });
  test('a PXE server without a file that the client never asks', () => {
    const leased = begin.slice(0, -1);
    const [finding, ...more] = told(leased);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'pxe-stalled', certainty: 'likely', attempts: 1 });
    expect(finding!.message).toContain('between the lease and the question to the boot server');
    expect(finding!.message).toContain('names no file, and the client does not ask it on udp/4011');
  });
  test('a PXE server without a file that the client asks by a broadcast: nobody says that it does not ask', () => {
    expect(kinds([...begin.slice(0, -1), request(2)])).not.toContain('pxe-stalled');
  });
  test('a PXE server without a file, and the capture ends soon after', () => {
    const late = begin.slice(0, -1).map((frame) => ({ ...frame, seconds: frame.seconds + 30 }));
    expect(kinds(late)).toEqual([]);
  });
  const broadcast = { to: ALL };
  test('seen by its broadcasts alone, a boot is not told as stalled: what goes to one server is not seen', () => {
    const named = { ...broadcast, file: 'a.efi' };
    expect(kinds([discover(0), offer(0.1, named), request(1), ack(1.1, named)])).toEqual([]);
    const { proxyOffer } = machine();
    expect(kinds([discover(0), offer(0.1, broadcast), proxyOffer(0.2), request(1), ack(1.1, broadcast)])).toEqual([]);
  });
  describe('an address that the client declines', () => {
    const decline = (time: number) =>
      dhcp(time, { type: 4, from: NOBODY, to: ALL, options: option(50, [10, 1, 0, 77]) });
    const round = (time: number) => [
      discover(time),
      offer(time + 0.1),
      request(time + 1),
      ack(time + 1.1),
      decline(time + 1.2),
    ];
    test('is none, and told where the boot goes no further', () => {
      const report = held(round(0), site());
      expect(report.pxe_clients).toMatchObject([{ reached: 'request' }]);
      const [finding, ...more] = told(round(0));
      expect(more).toEqual([]);
      expect(finding).toMatchObject({ kind: 'pxe-stalled', certainty: 'likely', attempts: 1 });
      expect(finding!.message).toContain('between the lease and its use: the client declines the address 10.1.0.77');
    });
    test('again and again', () => {
      const late = [...round(0), ...round(12)].map((frame) => ({ ...frame, seconds: frame.seconds + 40 }));
      expect(told(late)).toMatchObject([{ kind: 'pxe-stalled', attempts: 2 }]);
    });
    test('once, soon before the capture ends: nobody knows how it went on', () => {
      expect(kinds(round(0).map((frame) => ({ ...frame, seconds: frame.seconds + 40 })))).toEqual([]);
    });
    test('and another one that it takes: no finding', () => {
      expect(kinds([...round(0), ...beginAt(12), answer4011(14.1, 'a.efi'), ...load(15, 'a.efi')])).toEqual([]);
    });
  });
  test('one server names many boot files: so many are told apart', () => {
    const offers = Array.from({ length: 60 }, (_, i) => offer(0.1 + i / 100, { file: `${i}.efi` }));
    const [client] = playStories(observe([discover(0), ...offers, request(1), ack(1.1)])).clients;
    expect(bootServers(client.boots[0])).toMatchObject([{ id: DHCP, bootFiles: { length: 20 } }]);
  });
  test('the last boot counts: one that failed before it is not told', () => {
    const later = [...begin, answer4011(2.1, 'a.efi'), ...load(3, 'a.efi')].map((frame) => ({
      ...frame,
      seconds: frame.seconds + 100,
    }));
    const frames = [discover(0), discover(4), discover(12), ...later];
    const report = held(
      [...frames, udp({ source: DHCP, destination: LEASE, sourcePort: 9, destinationPort: 9, time: 170 })],
      site(),
    );
    expect(report.pxe_clients).toMatchObject([{ boots: 2, reached: 'loaded' }]);
    expect(report.findings.filter(({ kind }) => kind.startsWith('pxe-'))).toEqual([]);
  });
  test('a port outside the range, which the topology may set', () => {
    const frames = [...begin, answer4011(2.1, 'a.efi'), ...load(3, 'a.efi', 3445)];
    expect(kinds(frames)).toEqual(['tftp-port-out-of-range']);
    const own = held(frames, site('', 'tftp_port_range: 3000-4000'));
    expect(own.findings.filter(({ kind }) => kind.startsWith('tftp-'))).toEqual([]);
  });
});

describe('a boot program that asks again', () => {
  const wds = (...parts: number[][]) => ({ options: option(250, [...parts.flat(), 255]) });
  const program = 'smsboot\\x64\\wdsmgfw.efi';
  const loaded = [...begin, answer4011(2.1, program), ...load(3, program)];
  const asks = [5, 10, 15, 20].map((time) => ask4011(time, { vendorClass: 'PXEClient', ...wds([14, 1, 0]) }));
  const waits = asks.map((_, i) =>
    answer4011(5.1 + i * 5, undefined, wds([2, 1, 1], [5, 4, 0, 0, 0, 7], [6, 7, ...text('Pending')])),
  );
  test('and gets no answer', () => {
    const [finding, ...more] = told([...loaded, ...asks]);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'pxe-stalled', certainty: 'likely', attempts: 4 });
    expect(finding!.message).toContain('between the boot program and what it is to load');
    expect(finding!.message).toContain('(4 requests to udp/4011), and gets no answer');
  });
  test('and is told to wait', () => {
    const [finding] = told([...loaded, ...asks, ...waits]);
    expect(finding!.message).toContain('is told to wait ("Pending"), pending request 7');
  });
  test('and goes on: no finding', () => {
    expect(kinds([...loaded, ...asks, ...waits, answer4011(21, 'b.efi'), ...load(22, 'b.efi', 50_001)])).toEqual([]);
    expect(kinds([...loaded, ...asks.slice(0, 2), ...waits.slice(0, 2)])).toEqual([]);
  });
  test('and is told to end the boot', () => {
    const [finding, ...more] = told([...loaded, asks[0]!, answer4011(5.1, undefined, wds([2, 1, 5]))]);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ kind: 'pxe-aborted', certainty: 'proven' });
    expect(finding!.message).toContain('to end the boot (option 250)');
  });
});

describe('a TFTP request without an answer', () => {
  const asked = [ask(3, 'a.efi'), ask(7, 'a.efi'), ask(11, 'a.efi')];
  const only = (frames: TestFrame[]): Finding => {
    const found = told(frames);
    expect(found).toHaveLength(1);
    return found[0]!;
  };
  test('near the client: its answer is likely blocked, and the other causes are named', () => {
    const finding = only([...begin, answer4011(2.1, 'a.efi'), ...asked]);
    expect(finding).toMatchObject({
      kind: 'tftp-reply-blocked',
      certainty: 'likely',
      attempts: 3,
      outcome: 'no-answer',
    });
    expect(finding.message).toMatch(
      /the answer is dropped on the way .* the request is dropped, or the service is silent/,
    );
    expect(finding.message).toContain("answered this machine's DHCP");
    expect(finding.frames).toHaveLength(3);
  });
  test('near the client, and the server was not heard of before', () => {
    const boot = [discover(0), offer(0.1, { file: 'a.efi' }), request(1), ack(1.1, { file: 'a.efi' }), ...asked];
    expect(only(boot).message).toContain('was not heard of otherwise');
  });
  test('behind the relay: no answer, and what that means at the server', () => {
    const relayed = [ask4011(2, { relay: '10.1.0.1' }), answer4011(2.1, 'a.efi'), ...asked];
    const finding = only(relayed);
    expect(finding).toMatchObject({ kind: 'tftp-request-unanswered', certainty: 'likely' });
    expect(finding.message).toContain('where this capture was made at the server, its service is silent');
  });
  test('without a boot around it: no answer, for one of three reasons', () => {
    const finding = only([...load(0, 'other.efi').slice(0, 1), ask(4, 'other.efi'), ...answeredBefore]);
    expect(finding.kind).toBe('tftp-request-unanswered');
    expect(finding.message).toContain('this capture cannot tell which');
  });
  test('rejected by ICMP: proven, and told by the request', () => {
    const error = icmpError(DP, LEASE, 3, 3, asked[0]!, 3.1);
    const finding = only([...begin, answer4011(2.1, 'a.efi'), asked[0]!, error]);
    expect(finding).toMatchObject({ kind: 'tftp-request-unanswered', certainty: 'proven', outcome: 'unreachable' });
  });
});

describe('normal boots', () => {
  /** Firmware that asks for the size first, its program and what that loads, then Windows PE with a lease of its own. */
  function whole(number: number, start: number): TestFrame[] {
    const client = machine(number);
    const program = 'smsboot\\x64\\wdsmgfw.efi';
    return [
      ...client.begin(start),
      client.answer4011(start + 2.1, program),
      ...client.load(start + 3, program),
      client.ask4011(start + 4, { vendorClass: 'PXEClient' }),
      client.answer4011(start + 4.1, 'smsboot\\x64\\bootmgfw.efi'),
      ...client.load(start + 5, 'smsboot\\x64\\bootmgfw.efi', 50_001, 2071),
      ...client.load(start + 6, '\\SMSTemp\\1.boot.bcd', 50_002, 2072),
      ...client.load(start + 7, '\\SMSImages\\CM1\\boot.wim', 50_003, 2073),
      client.discover(start + 20, { pxe: false, options: option(60, text('MSFT 5.0')) }),
      client.offer(start + 20.1),
      client.request(start + 20.2, { pxe: false, options: option(60, text('MSFT 5.0')) }),
      client.ack(start + 20.3),
      ...client.load(start + 22, '\\SMSTemp\\1.boot.var', 50_004, 49_900),
    ];
  }
  const networks = '  - { name: more, cidr: 10.1.0.0/22, roles: [client] }';

  test.each([1, 500])('%i at once give no finding at all', (clients) => {
    const frames = Array.from({ length: clients }, (_, i) => whole(i + 1, i * 0.03)).flat();
    const report = held(frames, site(networks));
    expect(report.pxe_clients).toHaveLength(clients);
    expect(report.pxe_clients.every(({ reached, boots }) => reached === 'windows-pe' && boots === 1)).toBe(true);
    expect(report.tftp_transfers.map(({ outcome }) => outcome)).toEqual(Array(clients * 5).fill('complete'));
    // What the capture does not show at all (the rest of the site) is no finding about these boots.
    expect(report.findings.filter(({ kind }) => kind !== 'required-not-seen')).toEqual([]);
  });
});

test('thousands of DISCOVERs of one machine cost no more than their number', () => {
  const count = 3000;
  const frames = Array.from({ length: count }, (_, i) => discover(i * 0.6));
  expect(told(frames)).toMatchObject([{ kind: 'pxe-no-offer', attempts: count }]);
  const [{ boots }] = playStories(observe(frames)).clients;
  let reads = 0;
  const messages = boots[0].messages.map(
    (message) =>
      new Proxy(message, {
        get(target, key) {
          reads++;
          return Reflect.get(target, key);
        },
      }),
  );
  expect(tries({ ...boots[0], messages }, isDiscover)).toHaveLength(count);
  expect(reads).toBeLessThan(20 * count);
});

test('many servers are counted, not listed', () => {
  const servers = Array.from({ length: 300 }, (_, i) => `10.3.${i >> 8}.${i & 255}`);
  const proxies = servers.map((server, i) => dhcp(0.2 + i * 0.001, { type: 2, from: server, to: ALL, server }));
  const found = told([discover(0), ...proxies, discover(4), discover(12)]);
  expect(found.map(({ kind }) => kind).sort()).toEqual(['pxe-competing-servers', 'pxe-no-offer']);
  for (const { message } of found) expect(message).toContain('10.3.0.4 and 295 more');
});
