import { DHCP_ACK, DHCP_DISCOVER, DHCP_OFFER, DHCP_REQUEST, NO_ADDRESS } from '../protocols/dhcp.ts';
import {
  DHCPV6_ADVERTISE,
  DHCPV6_REPLY,
  DHCPV6_REQUEST,
  DHCPV6_SOLICIT,
  type Dhcpv6Message,
} from '../protocols/dhcpv6.ts';
import { clientOf, isBootRequest } from './boot-messages.ts';
import { BOOT_STEPS, type Boot, type BootClient, type BootMessage, type BootStep, isDecline } from './boot-story.ts';
import { compareMoments, later, type Moment, secondsFrom } from './moment.ts';
import type { TftpStory } from './tftp-story.ts';

/** A DISCOVER after so many seconds of silence begins another boot: firmware repeats after 32 s at most (PXE 2.1 section 2.2.2). */
const BOOT_PAUSE = 60;

/**
 * The machines that boot from the network, each one story over all its addresses: from 0.0.0.0 to its lease, across relay copies, with
 * the programs that it loads and that ask again, several boots one after the other. Clients that never ask for network boot are left out.
 */
export function bootClients(messages: readonly BootMessage[], transfers: readonly TftpStory[]): BootClient[] {
  const byClient = new Map<string, BootMessage[]>();
  for (const message of messages) {
    const id = clientOf(message);
    if (id === null) continue;
    const known = byClient.get(id);
    if (known === undefined) byClient.set(id, [message]);
    else known.push(message);
  }
  joinByUuid(byClient);
  const byAddress = new Map<string, TftpStory[]>();
  for (const transfer of transfers) {
    const known = byAddress.get(transfer.clientText);
    if (known === undefined) byAddress.set(transfer.clientText, [transfer]);
    else known.push(transfer);
  }
  return [...byClient]
    .filter(([, told]) => told.some(isBootRequest))
    .map(([id, told]) => clientStory(id, told, byAddress));
}

/**
 * A machine that asks over IPv6 without telling its hardware address is the one that asks over IPv4 with the same UUID, where only one
 * does: boards without a UUID of their own share one.
 */
function joinByUuid(byClient: Map<string, BootMessage[]>): void {
  const owners = new Map<string, string | null>();
  for (const [id, messages] of byClient) {
    const uuid = firstOf(messages, ({ v4 }) => v4?.uuid ?? null);
    if (uuid !== null) owners.set(uuid, owners.has(uuid) ? null : id);
  }
  for (const [id, messages] of byClient) {
    if (messages[0].v6 === null || messages[0].v6.hardwareAddress !== null) continue;
    const uuid = firstOf(messages, ({ v6 }) => v6?.uuid ?? null);
    const owner = uuid === null ? null : (owners.get(uuid) ?? null);
    // Broken messages may share one name for both, such as none at all.
    const known = owner === null || owner === id ? undefined : byClient.get(owner);
    if (owner === null || known === undefined) continue;
    byClient.delete(id);
    byClient.set(owner, [...known, ...messages].sort(compareMoments));
  }
}

function clientStory(id: string, messages: BootMessage[], byAddress: ReadonlyMap<string, TftpStory[]>): BootClient {
  const addresses = addressesOf(messages);
  const transfers = addresses
    .flatMap((address) => byAddress.get(address) ?? [])
    .sort((a, b) => compareMoments(a.first, b.first));
  const requests = messages.filter(isBootRequest);
  return {
    id,
    hardwareAddress: messages[0].v4?.hardwareAddress ?? messages[0].v6?.hardwareAddress ?? null,
    uuid: firstOf(messages, ({ v4, v6 }) => v4?.uuid ?? v6?.uuid ?? null),
    architecture: firstOf(requests, ({ v4, v6 }) => v4?.architecture ?? v6?.architecture ?? null),
    addresses,
    boots: cut(messages, transfers).map(bootOf),
  };
}

function firstOf<T>(messages: readonly BootMessage[], read: (message: BootMessage) => T | null): T | null {
  for (const message of messages) {
    const found = read(message);
    if (found !== null) return found;
  }
  return null;
}

/**
 * Addresses that the client was given or speaks from, the latest last. Of offers it takes one (RFC 2131 section 3.1): the others are none of
 * its addresses where the one that it was given in their place is seen, and may be another machine's.
 */
function addressesOf(messages: readonly BootMessage[]): string[] {
  const given = new Map<number, Set<string>>();
  for (const { v4 } of messages)
    if (isLease(v4) && v4.type === DHCP_ACK) given.set(v4.xid, (given.get(v4.xid) ?? new Set()).add(v4.yiaddr));
  const addresses = new Set<string>();
  const put = (address: string): void => {
    addresses.delete(address);
    addresses.add(address);
  };
  for (const { v4, v6 } of messages) {
    if (isLease(v4) && (v4.type === DHCP_ACK || (given.get(v4.xid)?.has(v4.yiaddr) ?? true))) put(v4.yiaddr);
    if (v4?.op === 1 && v4.ciaddr !== NO_ADDRESS) put(v4.ciaddr);
    if (v6?.type === DHCPV6_REPLY || v6?.type === DHCPV6_ADVERTISE) for (const address of v6.addresses) put(address);
  }
  for (const { fromText, v4, bootServerPort } of messages) if (v4?.op === 1 && bootServerPort) addresses.add(fromText);
  return [...addresses];
}

/** True where a server offers or gives an address. */
function isLease(v4: BootMessage['v4']): v4 is NonNullable<BootMessage['v4']> {
  return v4?.op === 2 && (v4.type === DHCP_ACK || v4.type === DHCP_OFFER) && v4.yiaddr !== NO_ADDRESS;
}

interface Piece {
  messages: BootMessage[];
  transfers: TftpStory[];
}

/** Cuts a client's life into boots, at a DISCOVER of firmware after a long silence. */
function cut(messages: readonly BootMessage[], transfers: readonly TftpStory[]): Piece[] {
  const pieces: Piece[] = [];
  let last: Moment | null = null;
  let next = 0;
  for (const message of messages) {
    const begun = pieces[pieces.length - 1];
    for (; next < transfers.length && compareMoments(transfers[next].first, message) < 0; next++) {
      begun?.transfers.push(transfers[next]);
      last = last === null ? transfers[next].last : later(last, transfers[next].last);
    }
    const isStart = message.v4?.type === DHCP_DISCOVER || message.v6?.type === DHCPV6_SOLICIT;
    const isNew = isStart && isBootRequest(message) && last !== null && secondsFrom(last, message) >= BOOT_PAUSE;
    if (begun === undefined || isNew) pieces.push({ messages: [message], transfers: [] });
    else begun.messages.push(message);
    last = last === null ? message : later(last, message);
  }
  pieces[pieces.length - 1].transfers.push(...transfers.slice(next));
  // What came before anybody asked for boot (a lease of the system before) is no boot.
  return pieces.filter((piece) => piece.messages.some(isBootRequest));
}

function bootOf({ messages, transfers }: Piece): Boot {
  const steps: Partial<Record<BootStep, Moment>> = {};
  const reach = (step: BootStep, { seconds, nanoseconds, frame }: Moment): void => {
    steps[step] ??= { seconds, nanoseconds, frame };
  };
  for (const message of messages) {
    for (const step of stepsOf(message)) reach(step, message);
    if (isDecline(message)) delete steps.address;
  }
  for (const transfer of transfers) {
    reach('tftp-request', transfer.first);
    if (transfer.blocks > 0) reach('tftp-data', transfer.chains[0].data!.first);
    if (transfer.outcome === 'complete') reach('loaded', transfer.last);
  }
  const windows = messages.find(
    ({ v4 }) => v4?.op === 1 && v4.vendorClass?.startsWith('MSFT ') && steps.loaded !== undefined,
  );
  if (windows !== undefined && compareMoments(windows, steps.loaded!) > 0) reach('windows-pe', windows);
  const requests = messages.filter(isBootRequest);
  const isHttp = requests.every(({ v4, v6 }) => (v4?.vendorClass ?? v6?.vendorClass ?? '').startsWith('HTTPClient'));
  const ends = [...messages, ...transfers.map(({ last }) => last)];
  return {
    way: isHttp ? 'http' : 'pxe',
    messages,
    transfers,
    steps,
    reached: [...BOOT_STEPS].reverse().find((step) => steps[step] !== undefined) ?? 'discover',
    first: messages[0],
    last: ends.reduce(later),
  };
}

function stepsOf({ v4, v6, bootServerPort }: BootMessage): BootStep[] {
  if (v6 !== null) return stepsOf6(v6);
  const steps: BootStep[] = [];
  const { op, type, bootFile, yiaddr } = v4!;
  if (op === 1 && bootServerPort) steps.push('boot-server-request');
  else if (type === DHCP_DISCOVER) steps.push('discover');
  else if (type === DHCP_REQUEST) steps.push('request');
  if (type === DHCP_OFFER) steps.push('offer');
  if (type === DHCP_ACK && !bootServerPort && yiaddr !== NO_ADDRESS) steps.push('address');
  if (op === 2 && bootFile !== '') steps.push('boot-file');
  return steps;
}

function stepsOf6({ type, addresses, bootFileUrl }: Dhcpv6Message): BootStep[] {
  const steps: BootStep[] = [];
  if (type === DHCPV6_SOLICIT) steps.push('discover');
  if (type === DHCPV6_ADVERTISE) steps.push('offer');
  if (type === DHCPV6_REQUEST) steps.push('request');
  // A REPLY to other messages gives none.
  if (type === DHCPV6_REPLY && addresses.length > 0) steps.push('address');
  if (bootFileUrl !== null) steps.push('boot-file');
  return steps;
}
