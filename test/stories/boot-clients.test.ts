import { describe, expect, test } from 'vitest';
import { bootClients } from '../../src/stories/boot-clients.ts';
import type { BootMessage } from '../../src/stories/boot-story.ts';

/** As much of a message as tells whose it is. */
function message(seconds: number, who: { v4?: object; v6?: object }): BootMessage {
  const socket = { family: 4, address: 0, port: 68 };
  const { v4 = null, v6 = null } = who;
  return { seconds, nanoseconds: 0, frame: seconds, from: socket, to: socket, v4, v6 } as unknown as BootMessage;
}

const over4 = (seconds: number, hardwareAddress: string, uuid: string | null): BootMessage =>
  message(seconds, { v4: { op: 1, type: 1, vendorClass: 'PXEClient', hardwareAddress, uuid, yiaddr: '0.0.0.0' } });
const over6 = (seconds: number, clientId: string, uuid: string | null): BootMessage =>
  message(seconds, {
    v6: {
      type: 1,
      hardwareAddress: null,
      clientId,
      uuid,
      vendorClass: 'PXEClient',
      addresses: [],
      requested: [],
      options: [],
    },
  });

const ids = (messages: readonly BootMessage[]): string[] => bootClients(messages, []).map(({ id }) => id);

describe('addresses of a machine', () => {
  const said = (seconds: number, type: number, yiaddr: string, xid = 1): BootMessage =>
    message(seconds, {
      v4: { op: 2, type, xid, vendorClass: 'PXEClient', hardwareAddress: 'a', uuid: null, yiaddr, ciaddr: '0.0.0.0' },
    });
  const discover = (seconds: number, xid = 1): BootMessage =>
    message(seconds, {
      v4: { op: 1, type: 1, xid, vendorClass: 'PXEClient', hardwareAddress: 'a', uuid: null, ciaddr: '0.0.0.0' },
    });
  const [OFFER, ACK] = [2, 5];
  const addresses = (...messages: BootMessage[]): string[] => bootClients(messages, [])[0].addresses;

  test('of two offers, the one that was not taken is none', () => {
    const boot = [discover(1), said(1, OFFER, '10.0.0.1'), said(1, OFFER, '10.0.0.2'), said(2, ACK, '10.0.0.1')];
    expect(addresses(...boot)).toEqual(['10.0.0.1']);
  });
  test('offers of which nobody sees which was taken', () => {
    expect(addresses(discover(1), said(1, OFFER, '10.0.0.1'), said(1, OFFER, '10.0.0.2'))).toEqual([
      '10.0.0.1',
      '10.0.0.2',
    ]);
  });
  test('the latest is last, an old one that comes back too', () => {
    const first = [discover(1), said(1, OFFER, '10.0.0.1'), said(2, ACK, '10.0.0.1')];
    const second = [discover(9, 2), said(9, OFFER, '10.0.0.2', 2), said(9, ACK, '10.0.0.2', 2)];
    const third = [discover(19, 3), said(19, OFFER, '10.0.0.1', 3), said(19, ACK, '10.0.0.1', 3)];
    expect(addresses(...first, ...second, ...third)).toEqual(['10.0.0.2', '10.0.0.1']);
  });
});

describe('machines over IPv4 and IPv6', () => {
  test('the same UUID joins them', () => {
    expect(ids([over4(1, '00:15:5d:00:00:01', 'one'), over6(2, 'duid', 'one')])).toEqual(['00:15:5d:00:00:01']);
  });

  test('one name for both, and the UUID of itself', () => {
    expect(ids([over6(1, '', 'one'), over4(2, '', 'one')])).toEqual(['']);
  });

  test('the owner of a UUID that was joined to another before', () => {
    const messages = [over6(1, 'a', 'two'), over4(2, 'a', 'one'), over4(3, 'b', 'two'), over6(4, 'c', 'one')];
    expect(() => ids(messages)).not.toThrow();
  });
});
