/** What one boot shows, as the findings ask for it. */
import { DHCP_ACK, DHCP_DISCOVER, DHCP_OFFER, DHCP_REQUEST, isPxeClass, NO_ADDRESS } from '../protocols/dhcp.ts';
import type { Boot, BootClient, BootMessage } from '../stories/boot-story.ts';
import { secondsFrom } from '../stories/moment.ts';

/** One server that answered a boot, by its own name for itself (option 54), whatever relays its answers came through. */
export interface BootServer {
  id: string;
  offers: BootMessage[];
  /** Gave an address. */
  givesAddress: boolean;
  /** Answers as a PXE server: vendor class PXEClient, or an offer without an address. */
  isPxe: boolean;
  /** Boot files that it named, and the server to load them from. */
  bootFiles: { file: string; from: string }[];
}

/** Servers of one boot that a message names. */
export const SERVERS_TOLD = 5;

/** Boot files of one server in one boot that are told apart; WDS names three, a forged capture a million. */
const MAX_BOOT_FILES = 20;

/** Servers of a boot in the order of their first answer. Messages of IPv4 only. */
export function bootServers(boot: Boot): BootServer[] {
  const servers = new Map<string, BootServer>();
  for (const message of boot.messages) {
    const { v4 } = message;
    if (v4 === null || v4.op !== 2 || (v4.type !== DHCP_OFFER && v4.type !== DHCP_ACK && v4.type !== 0)) continue;
    const id = v4.serverId ?? message.fromText;
    const server = servers.get(id) ?? { id, offers: [], givesAddress: false, isPxe: false, bootFiles: [] };
    servers.set(id, server);
    server.offers.push(message);
    if (v4.yiaddr !== NO_ADDRESS && !message.bootServerPort) server.givesAddress = true;
    if (isPxeClass(v4.vendorClass) || (v4.yiaddr === NO_ADDRESS && v4.type === DHCP_OFFER)) server.isPxe = true;
    if (v4.bootFile === '' || server.bootFiles.length === MAX_BOOT_FILES) continue;
    if (!server.bootFiles.some(({ file }) => file === v4.bootFile))
      server.bootFiles.push({ file: v4.bootFile, from: bootFrom(message) });
  }
  return [...servers.values()];
}

/** Address to load from: `siaddr`, else the name of the boot server, else who answers. */
function bootFrom({ v4, fromText }: BootMessage): string {
  return v4!.siaddr !== NO_ADDRESS ? v4!.siaddr : v4!.serverName || v4!.serverId || fromText;
}

/** Requests of the client that count as tries: relay copies of the same one (xid, seconds, type) are one. */
export function tries(boot: Boot, wanted: (message: BootMessage) => boolean): BootMessage[] {
  const kept: BootMessage[] = [];
  const latest = new Map<string, BootMessage>();
  for (const message of boot.messages) {
    if (!wanted(message)) continue;
    const key = `${message.v4?.xid} ${message.v6?.xid}`;
    const before = latest.get(key);
    if (before !== undefined && secondsFrom(before, message) < RELAY_SECONDS) continue;
    latest.set(key, message);
    kept.push(message);
  }
  return kept;
}

/** A relay passes a message on at once; a client waits longer before it asks again. */
const RELAY_SECONDS = 0.5;

export const isDiscover = ({ v4 }: BootMessage): boolean => v4?.op === 1 && v4.type === DHCP_DISCOVER;
export const isRequest = ({ v4, bootServerPort }: BootMessage): boolean =>
  v4?.op === 1 && v4.type === DHCP_REQUEST && !bootServerPort;

/** True where the capture point is on the client's own network: it sees what the client itself sends, not a relay's copy. */
export function seesClient(boot: Boot): boolean {
  return boot.messages.some(({ v4, relayed }) => v4?.op === 1 && !relayed && v4.giaddr === NO_ADDRESS);
}

/**
 * True where the capture shows a message between the client and one server alone. On the switch port of another machine only broadcasts are
 * seen: what is missing there may have passed.
 */
export function seesUnicast({ messages }: Boot): boolean {
  return messages.some(
    ({ v4, fromText, toText, relayed }) =>
      v4 !== null && !relayed && fromText !== NO_ADDRESS && toText !== BROADCAST_ADDRESS,
  );
}

const BROADCAST_ADDRESS = '255.255.255.255';

/** Relays that the client's messages came through, by their address. */
export function relaysOf(boot: Boot): string[] {
  return [...new Set(boot.messages.flatMap(({ v4 }) => (v4 !== null && v4.giaddr !== NO_ADDRESS ? [v4.giaddr] : [])))];
}

/** The last round of requests to UDP 4011, with the answers since its first one; null where none was asked. */
export function boot4011(boot: Boot): { requests: BootMessage[]; answers: BootMessage[] } | null {
  const asked = boot.messages.filter(({ bootServerPort }) => bootServerPort);
  const requests = tries(boot, ({ v4, bootServerPort }) => bootServerPort && v4?.op === 1);
  if (requests.length === 0) return null;
  return { requests, answers: asked.filter(({ v4 }) => v4?.op === 2) };
}

/** Boots whose failure is the last word on a client: it never got further afterwards. PXE over IPv4 only. */
export function lastWords(clients: readonly BootClient[]): { client: BootClient; boot: Boot }[] {
  return clients.flatMap((client) => {
    const boots = client.boots.filter(({ way, messages }) => way === 'pxe' && messages.some(({ v4 }) => v4 !== null));
    const boot = boots[boots.length - 1];
    return boot === undefined ? [] : [{ client, boot }];
  });
}
