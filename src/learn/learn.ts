/** Proposes a topology from nothing but captures, or completes one. */
import { readFile } from 'node:fs/promises';
import { isMap, isSeq, parseDocument } from 'yaml';
import type { Analysis } from '../engine/analyze.ts';
import { captureOfFrame } from '../engine/flow-row.ts';
import { printable } from '../report/printable.ts';
import { loadSite, parseSite, SiteError } from '../site/index.ts';
import { topologyText } from '../site/write-topology.ts';
import { timeText } from '../track/time-text.ts';
import { gatherSigns } from './gather.ts';
import type { Partial } from './given.ts';
import { HOW_TO_INCLUDE, leftOut, leftOutText } from './left-out.ts';
import { type Proposal, propose } from './propose.ts';

/** The file that is completed. */
export interface PartialFile extends Partial {
  text: string;
}

/** Reads a topology that is to be completed. @throws SiteError */
export async function readPartial(path: string): Promise<PartialFile> {
  const site = await loadSite(path);
  const text = (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
  const hosts: unknown = parseDocument(text).get('hosts', true);
  const items = isSeq(hosts) ? hosts.items : [];
  const states = items.map((item) => ({
    addresses: isMap(item) && item.has('addresses'),
    roles: isMap(item) && item.has('roles'),
  }));
  return { site, states, text };
}

export interface Learned {
  text: string;
  counts: Proposal['counts'];
  /** Times that an address was met for which there was no room. */
  dropped: number;
  /** Public addresses that got no place, in words; null where there are none. */
  outside: string | null;
}

/** The topology that captures speak for, as text; everything of `partial` stays in it. The same for any number of workers. */
export function learn({ observation, captures }: Analysis, partial: PartialFile | null): Learned {
  const frameText = (frame: number): string => {
    const capture = captureOfFrame(captures, frame);
    const place = `frame ${frame - capture.framesBefore}`;
    return captures.length === 1 ? place : `${place} of ${printable(capture.path)}`;
  };
  const addresses = gatherSigns(observation);
  const { hosts, networks, completions, remarks, outside, counts } = propose(addresses, partial, frameText);
  const left = leftOutText(leftOut(observation, outside));
  if (left !== null) remarks.push(...(remarks.length > 0 ? [''] : []), left, HOW_TO_INCLUDE);
  const files = captures.map(({ path }) => (path === '-' ? 'standard input' : printable(path)));
  const { start, end, frames } = observation;
  const time = ({ seconds, nanoseconds }: typeof start): string =>
    timeText(seconds, nanoseconds, false).slice(0, 19).replace('T', ' ');
  const header = [
    `Learned by pcapcheck from ${files.slice(0, 4).join(', ')}${files.length > 4 ? ` and ${files.length - 4} more captures` : ''}: ${frames} frames${frames > 0 ? `, ${time(start)} to ${time(end)} UTC` : ''}.`,
    '',
    'A proposal, made from what these captures show and nothing else: read it, and mend what is wrong. "certain": the protocol itself says so, or several signs agree. "likely": one sign that hardly anything else gives. Frames are those of the captures.',
  ];
  const text = topologyText({ base: partial?.text ?? null, header, hosts, networks, completions, footer: remarks });
  if (hosts.length + networks.length > 0 || partial !== null) parseSite(text, 'the learned topology');
  return { text, counts, dropped: addresses.dropped, outside: left };
}

export { HOW_TO_INCLUDE, SiteError };
