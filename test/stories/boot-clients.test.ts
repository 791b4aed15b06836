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
