import { findDevice, listDevices } from '../live/devices.ts';
import { LiveError } from '../live/errors.ts';
import type { LiveInterface } from '../live/live-run.ts';
import type { SaveSettings } from '../live/messages.ts';
import { parseRing } from '../live/ring.ts';
import { printable } from '../report/printable.ts';

/** Interfaces of one run. */
const MOST_INTERFACES = 16;

/** The interfaces that the user means, each with the file that it is saved to. @throws LiveError */
export function chooseInterfaces(
  wanted: readonly string[],
  write: string | undefined,
  ring: readonly string[],
): LiveInterface[] {
  const rotation = parseRing(ring);
  if (write === undefined && rotation !== null)
    throw new LiveError('bad-usage', '-b turns the files of -w over: add -w FILE.');
  if (wanted.length === 0) {
    if (write !== undefined)
      throw new LiveError(
        'bad-usage',
        '-w saves what is captured on an interface: add -i NAME ("pcapcheck interfaces" lists them).',
      );
    return [];
  }
  if (wanted.length > MOST_INTERFACES)
    throw new LiveError(
      'bad-usage',
      `At most ${MOST_INTERFACES} interfaces can be captured on at once; "any" is all of a Linux host.`,
    );
  const devices = listDevices();
  const chosen = wanted.map((name) => ({ label: name, device: findDevice(name, devices) }));
  const twice = chosen.find(({ device }, i) => chosen.findIndex((other) => other.device === device) !== i);
  if (twice !== undefined) throw new LiveError('bad-usage', `-i names ${printable(twice.label)} twice.`);
  return chosen.map(({ label, device }) => {
    const path = write === undefined ? null : chosen.length === 1 ? write : ofInterface(write, label);
    const save: SaveSettings | null = path === null ? null : { path, ring: rotation };
    return { label, device, save };
  });
}

/** Of several interfaces each has files of its own: `rollout.pcap` becomes `rollout-eth0.pcap`. */
function ofInterface(path: string, label: string): string {
  const safe = label.replace(/[^\p{L}\p{N}._-]+/gu, '_');
  const dot = /\.[A-Za-z0-9]+$/.exec(path);
  return dot === null ? `${path}-${safe}` : `${path.slice(0, dot.index)}-${safe}${dot[0]}`;
}
