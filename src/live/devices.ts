import { ipv4Text, ipv6Text } from '../track/address-text.ts';
import { type Addon, type AddonDevice, loadAddon } from './addon.ts';
import { LiveError, noSuchDevice } from './errors.ts';

/** An interface that can be captured on. */
export interface CaptureDevice {
  /** What `-i` takes and the capture library knows. */
  name: string;
  /** On Windows the name of the connection, such as "Ethernet 2", which `-i` takes too. */
  friendlyName: string | null;
  description: string | null;
  /** With prefix lengths, where they are known. */
  addresses: string[];
  state: 'up' | 'down' | 'no link';
  isLoopback: boolean;
}

// pcap_findalldevs(3PCAP).
const LOOPBACK = 0x1;
const UP = 0x2;
const RUNNING = 0x4;

/** The interfaces of this machine, in the order of the capture library: those in use first. @throws LiveError */
export function listDevices(addon: Addon = loadAddon()): CaptureDevice[] {
  try {
    return addon.devices().map(deviceOf);
  } catch (error) {
    throw new LiveError(
      'list-failed',
      `The interfaces of this machine could not be listed (${(error as Error).message}); run as a user who may capture.`,
    );
  }
}

function deviceOf({ name, friendlyName, description, flags, addresses }: AddonDevice): CaptureDevice {
  return {
    name,
    friendlyName,
    description,
    addresses: addresses.map(addressText),
    state: (flags & UP) === 0 ? 'down' : (flags & RUNNING) === 0 ? 'no link' : 'up',
    isLoopback: (flags & LOOPBACK) !== 0,
  };
}

function addressText({ family, bytes, prefixLength }: AddonDevice['addresses'][number]): string {
  const words = Int32Array.from({ length: bytes.length / 8 }, (_, i) =>
    Number.parseInt(bytes.slice(i * 8, i * 8 + 8), 16),
  );
  const text = family === 4 ? ipv4Text(words[0]) : ipv6Text(words, 0);
  return prefixLength < 0 ? text : `${text}/${prefixLength}`;
}

/**
 * The device that the user means: by its name, its number in the list (from 1), the name of the connection or its description. Where
 * no device is shown to this user, any name is taken at its word.
 * @throws LiveError no-such-device, with the list
 */
export function findDevice(wanted: string, devices: readonly CaptureDevice[]): string {
  const same = (text: string | null): boolean => text !== null && text.toLowerCase() === wanted.toLowerCase();
  const exact = devices.find(({ name }) => name === wanted);
  if (exact !== undefined) return exact.name;
  const numbered = /^[1-9]\d{0,3}$/.test(wanted) ? devices[Number(wanted) - 1] : undefined;
  if (numbered !== undefined) return numbered.name;
  const called = devices.filter(
    ({ name, friendlyName, description }) => same(name) || same(friendlyName) || same(description),
  );
  if (called.length === 1) return called[0].name;
  if (devices.length === 0) return wanted;
  throw noSuchDevice(
    wanted,
    devices.map(({ name, friendlyName }) => friendlyName ?? name),
  );
}
