import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NATIVE_URL } from '../product.ts';
import * as errors from './errors.ts';

/** A device as the capture library lists it. */
export interface AddonDevice {
  name: string;
  /** What the user calls it, where that differs: on Windows the name of the connection. */
  friendlyName: string | null;
  description: string | null;
  /** PCAP_IF_ bits (pcap_findalldevs(3PCAP)). */
  flags: number;
  addresses: { family: 4 | 6; bytes: string; prefixLength: number }[];
}

export interface AddonOptions {
  device: string;
  /** BPF; empty lets everything through. */
  filter: string;
  /** Bytes kept of each packet, at most 262144. */
  snapshotLength: number;
  promiscuous: boolean;
  /** The kernel's buffer, in bytes. */
  bufferBytes: number;
  /** How long the kernel may hold packets back to hand over many at once. */
  timeoutMilliseconds: number;
  /** Wanted; the session says what was granted. */
  nanoseconds: boolean;
}

/** An open device. `session` belongs to the thread that opened it. */
export interface AddonSession {
  session: unknown;
  /** A DLT_ value. */
  linkType: number;
  snapshotLength: number;
  nanoseconds: boolean;
  /** What the library remarked; empty where nothing. */
  warning: string;
}

/** The addon (native-bindings/source/addon.c). Failures are errors with a `code` and the library's words. */
export interface Addon {
  /** Loads the capture library of the system. @param names shared libraries to try on Linux; Windows has its own place for it */
  load(names: readonly string[]): { version: string | null };
  devices(): AddonDevice[];
  open(options: AddonOptions): AddonSession;
  /**
   * Blocks until the buffer is full of whole pcap records (16 bytes of header in the byte order of the machine, then the frame) or the
   * time has passed. @param counters counters[0] becomes the number of packets @returns bytes written
   */
  readBatch(session: unknown, buffer: ArrayBuffer, milliseconds: number, counters: Float64Array): number;
  /** Since the opening, each modulo 2^32: packets received, dropped by the kernel, dropped by the interface or its driver. */
  statistics(session: unknown, counters: Float64Array): void;
  close(session: unknown): void;
}

const LIBRARIES = ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so'];
const FILE = 'pcapcheck-capture.node';

let loaded: Addon | null = null;
let version: string | null = null;

/** What the capture library calls itself, such as "libpcap version 1.10.3"; null before it is loaded. */
export const libraryVersion = (): string | null => version;

/**
 * The addon with its capture library, on this thread.
 * @param libraries names of the library, for tests
 * @throws LiveError addon-missing, addon-unfit, library-missing, library-unfit
 */
export function loadAddon(libraries: readonly string[] = LIBRARIES): Addon {
  if (loaded !== null) return loaded;
  const addon = requireAddon();
  try {
    version = addon.load(libraries).version;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    throw code === 'library-unfit' ? errors.libraryUnfit(message) : errors.libraryMissing(message);
  }
  loaded = addon;
  return addon;
}

function requireAddon(): Addon {
  const target = `${process.platform}-${process.arch}`;
  if (target !== 'linux-x64' && target !== 'win32-x64') throw errors.addonMissing(target);
  const path = fileURLToPath(new URL(`${target}/${FILE}`, NATIVE_URL));
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch (error) {
    throw errors.addonUnfit(error instanceof Error ? error.message : String(error));
  }
}

/** A failure of `open` as the user reads it. */
export function openError(error: unknown, options: AddonOptions, known: () => readonly string[]): errors.LiveError {
  const { code, message } = error as { code?: string; message: string };
  switch (code) {
    case 'no-such-device':
      return errors.noSuchDevice(options.device, known());
    case 'no-permission':
      return errors.noPermission(options.device, message);
    case 'interface-down':
      return errors.interfaceDown(options.device);
    case 'filter-error':
      return errors.filterError(options.filter, message);
    default:
      // Npcap tells of missing rights in words only, with the number of the Windows error.
      return /\(5\)/.test(message) && process.platform === 'win32'
        ? errors.noPermission(options.device, message)
        : errors.openFailed(options.device, message);
  }
}
