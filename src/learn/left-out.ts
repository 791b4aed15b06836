/** Public addresses that get no role and so no place in the topology: how much of the capture is theirs, and how to have them in it. */
import { count, counted } from '../report/quantity.ts';
import { newConnectionView } from '../track/connection-view.ts';
import type { Observation } from '../track/observation.ts';

/** What goes from or to one address. */
export interface Traffic {
  address: string;
  frames: number;
  connections: number;
}

/** The public addresses that were left out, the busiest first. */
export interface LeftOut {
  addresses: Traffic[];
  /** Frames of the capture, those from or to one of the addresses, and of these those from one to another. */
  allFrames: number;
  frames: number;
  framesBetween: number;
}

/** Addresses that are named. */
const TOLD = 5;

/** Goes through the connections once more. @param addresses in the order in which those with as many frames are told */
export function leftOut(observation: Observation, addresses: readonly string[]): LeftOut {
  const rows = new Map(addresses.map((address) => [address, { address, frames: 0, connections: 0 }]));
  const found: LeftOut = { addresses: [], allFrames: observation.frames, frames: 0, framesBetween: 0 };
  if (rows.size === 0) return found;
  const rowOf = rowsByNumber(observation, rows);
  const view = newConnectionView();
  for (let number = 0; number < observation.count; number++) {
    if (!observation.has(number)) continue;
    observation.read(number, view);
    const frames = view.packetsToServer + view.packetsToClient;
    const ends = [rowOf(view.family, view.client), rowOf(view.family, view.server)].filter((row) => row !== null);
    for (const row of new Set(ends)) {
      row.frames += frames;
      row.connections++;
    }
    if (ends.length > 0) found.frames += frames;
    if (ends.length === 2) found.framesBetween += frames;
  }
  // Sorting keeps the order of equals. Who is in no connection is known from what others say of it alone.
  found.addresses = [...rows.values()].filter(({ frames }) => frames > 0).sort((a, b) => b.frames - a.frames);
  return found;
}

/** The row of an address by its number in the tables, so that each number is made a text once. */
function rowsByNumber(
  observation: Observation,
  rows: ReadonlyMap<string, Traffic>,
): (family: 4 | 6, address: number) => Traffic | null {
  const known = { 4: new Map<number, Traffic | null>(), 6: new Map<number, Traffic | null>() };
  return (family, address) => {
    let row = known[family].get(address);
    if (row === undefined) {
      row = rows.get(observation.addressText(family, address)) ?? null;
      known[family].set(address, row);
    }
    return row;
  };
}

/** How many they are, how much of the capture is theirs, and the busiest of them, in two sentences; null where there are none. */
export function leftOutText({ addresses, allFrames, frames, framesBetween }: LeftOut): string | null {
  if (addresses.length === 0) return null;
  const told = addresses
    .slice(0, TOLD)
    .map((one) => `${one.address} (${counted(one.frames, 'frame')} in ${counted(one.connections, 'connection')})`);
  const between =
    framesBetween === 0
      ? ''
      : `, ${framesBetween === frames ? 'all' : `${count(framesBetween)} of these`} between two of them`;
  const [are, whose] = addresses.length === 1 ? ['is', 'its'] : ['are', 'their'];
  const who =
    addresses.length > told.length
      ? `The busiest: ${told.join(', ')} and ${count(addresses.length - told.length)} more.`
      : addresses.length === 1
        ? `It is ${told[0]}.`
        : `They are ${told.slice(0, -1).join(', ')} and ${told.at(-1)}.`;
  return `Left out ${are} ${counted(addresses.length, 'public address', 'public addresses')} without a role; ${whose} connections have ${count(frames)} of the ${counted(allFrames, 'frame')}${between}. ${who}`;
}

/** How they get into the topology. */
export const HOW_TO_INCLUDE =
  'If some of them are of your site, list them under hosts, or their network under networks, and give that file to learn with --topology: it then looks for their roles, too.';
