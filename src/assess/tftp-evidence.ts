/** What the findings about TFTP share: whose business a transfer is, how failures of one pair are put together, what can be trusted. */
import { transferPorts } from '../catalog/index.ts';
import { ARCHITECTURES, type BootClient } from '../stories/boot-story.ts';
import type { TftpStory } from '../stories/tftp-story.ts';
import type { Context } from './context.ts';
import { onAnyScreen, onScreen, type ScreenMessage } from './firmware.ts';
import { isListed, type Peer } from './peers.ts';
import { addressFilter, called, pairFilter } from './wording.ts';

/** Transfers of one kind of trouble between one client and one server. */
export interface TftpCase {
  client: Peer;
  server: Peer;
  /** In the order of their first request. */
  stories: TftpStory[];
  /** The boot client that the address belongs to, where DHCP was seen. */
  boot: BootClient | null;
}

/** Transfers that `wanted` picks, by client and server; those between addresses that the topology does not list are nobody's business. */
export function tftpCases(context: Context, wanted: (story: TftpStory) => boolean): TftpCase[] {
  const cases = new Map<string, TftpCase>();
  for (const story of context.stories.transfers) {
    if (!wanted(story)) continue;
    const client = context.peerOf(story.clientText);
    const server = context.peerOf(story.serverText);
    if (client === null || server === null || (!isListed(client) && !isListed(server))) continue;
    const key = `${client.number} ${server.number}`;
    const known = cases.get(key);
    if (known === undefined) cases.set(key, { client, server, stories: [story], boot: bootOf(client, context) });
    else known.stories.push(story);
  }
  return [...cases.values()];
}

/** The cases of each server together. */
export function casesByServer(cases: readonly TftpCase[]): TftpCase[][] {
  const servers = new Map<number, TftpCase[]>();
  for (const one of cases) {
    const known = servers.get(one.server.number);
    if (known === undefined) servers.set(one.server.number, [one]);
    else known.push(one);
  }
  return [...servers.values()];
}

function bootOf(client: Peer, { stories }: Context): BootClient | null {
  return stories.clientByAddress.get(client.ip) ?? null;
}

/** `WS01 (10.0.0.5), 00:15:5d:01:02:03, x64 UEFI`: the machine as the reader may know it. */
export function machine({ client, boot }: Pick<TftpCase, 'client' | 'boot'>): string {
  const kind = boot?.architecture === null || boot === null ? undefined : ARCHITECTURES[boot.architecture];
  return [called(client), boot?.hardwareAddress, kind].filter(Boolean).join(', ');
}

/** What the firmware shows to who stands in front of it. */
export function screenText({ boot }: Pick<TftpCase, 'boot'>, message: ScreenMessage): string {
  return boot === null ? onAnyScreen(message) : onScreen(message, boot.architecture);
}

/** Silence proves something only where an answer would have been seen: both directions of either end, or the server side of its boot. */
export function seesBothWays({ client, server, boot }: TftpCase): boolean {
  if (client.oneSided > 0 || server.oneSided > 0) return false;
  const answered = boot?.boots.some(({ messages }) => messages.some(({ v4 }) => v4?.op === 2)) ?? false;
  return client.twoWay > 0 || server.twoWay > 0 || answered;
}

/** Both the request and what answers it from any port. */
export function tftpFilter({ client, server }: TftpCase): string {
  return `${pairFilter(client, server)} && udp`;
}

export function hostFilter(host: Peer): string {
  return `${addressFilter(host)} && udp`;
}

/** Another transfer of the same client that was completed after this one: what failed before was tried, not needed. */
export function wentOnAfter(story: TftpStory, context: Context): boolean {
  const completed = context.stories.lastCompleted.get(story.clientText);
  return completed !== undefined && completed > story.last.seconds + story.last.nanoseconds / 1e9;
}

/** `"boot.wim"`, and how many others. Names come from the capture, cut to a length that a message bears. */
export function filesText(stories: readonly TftpStory[]): string {
  const files = [...new Set(stories.map(({ file }) => file))];
  const more = files.length > 1 ? ` and ${files.length - 1} more` : '';
  return `${fileText(files[0])}${more}`;
}

const LONGEST_NAME = 100;

export function fileText(file: string): string {
  return file.length > LONGEST_NAME ? `"${file.slice(0, LONGEST_NAME)}…"` : `"${file}"`;
}

/** `49152-65535`: the ports from which this server may answer (note 4 of the port page). */
export function transferRange(server: Peer): { low: number; high: number; text: string } {
  const { first, last } = transferPorts(server.endpoint);
  return { low: first, high: last, text: `${first}-${last}` };
}
