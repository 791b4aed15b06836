import { readFileSync } from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { type Addon, type AddonSession, openError } from './addon.ts';
import { listDevices } from './devices.ts';
import { failureOf, LiveError } from './errors.ts';
import { linkTypeOf } from './link-type.ts';
import { type Batch, CONTROL_GO, CONTROL_STOP, type Emptied, type ReaderData, type ReaderEvent } from './messages.ts';
import { RingWriter } from './ring.ts';

/** Bytes of one batch. */
export const BATCH_BYTES = 1 << 20;
/** How long one batch is collected, in milliseconds: what comes in is analyzed no later. */
const COLLECT_MS = 200;
/** The kernel holds packets back for this long (timeoutMilliseconds) and a clock may tick in between: what is older was handed over. */
const SAFETY_MS = 400;
const STATISTICS_MS = 1000;
/** Pause between attempts to open an interface again, and to save again after a failure. */
const REOPEN_MS = 1000;
const SAVE_AGAIN_MS = 30_000;
const IFF_UP = 0x1;
const COUNTER_LIMIT = 2 ** 32;

/**
 * One interface: reads batches as fast as they come, saves them, and hands them to the analysis. It never waits for the analysis: without
 * an empty buffer it reads on and counts what it lets go. An interface that goes down or away is waited for.
 */
export class DeviceReader {
  readonly #addon: Addon;
  readonly #data: ReaderData;
  readonly #port: MessagePort;
  readonly #tell: (event: ReaderEvent) => void;
  readonly #free: ArrayBuffer[] = [];
  readonly #spare = new ArrayBuffer(BATCH_BYTES);
  readonly #counted = new Float64Array(1);
  readonly #statistics = new Float64Array(3);
  #made = 0;
  #session: AddonSession;
  #ring: RingWriter | null = null;
  #saveAgainAt = 0;
  // Totals of the run.
  #packets = 0;
  #bytes = 0;
  #kernel = 0;
  #interface = 0;
  #ours = 0;
  // Counters of this session at the last look, and ours since then.
  #kernelSeen = 0;
  #interfaceSeen = 0;
  #oursSince = 0;
  #lookedAt = Date.now();
  #isDown = false;
  #index: string | null;

  /** Opens the device. @throws LiveError */
  constructor(addon: Addon, data: ReaderData, tell: (event: ReaderEvent) => void) {
    this.#addon = addon;
    this.#data = data;
    this.#port = data.port;
    this.#tell = tell;
    this.#session = this.#open();
    this.#index = this.#sysfs('ifindex');
    const { linkType, nanoseconds, snapshotLength, warning } = this.#session;
    tell({ kind: 'opened', label: data.label, linkType: linkTypeOf(linkType), nanoseconds, snapshotLength, warning });
  }

  /** Reads until the run is stopped. @throws LiveError where the first file cannot be written */
  run(): void {
    const { control } = this.#data;
    Atomics.wait(control, CONTROL_GO, 0);
    try {
      if (!this.#stopped) this.#beginSaving();
      this.#lookedAt = Date.now();
      while (!this.#stopped) {
        try {
          this.#readOne(COLLECT_MS);
          if (Date.now() - this.#lookedAt >= STATISTICS_MS) this.#look();
        } catch (error) {
          this.#survive(error);
        }
      }
      this.#finish();
    } finally {
      this.#addon.close(this.#session.session);
      this.#ring?.close();
      this.#port.postMessage({ kind: 'ended' });
    }
  }

  get #stopped(): boolean {
    return Atomics.load(this.#data.control, CONTROL_STOP) !== 0;
  }

  #open(): AddonSession {
    const { options } = this.#data;
    try {
      return this.#addon.open(options);
    } catch (error) {
      throw openError(error, options, () => listDevices(this.#addon).map(({ name }) => name));
    }
  }

  /** What the kernel still holds when the run ends. */
  #finish(): void {
    try {
      this.#readOne(0);
      this.#look();
    } catch {
      // The interface is gone; all that was read has been handed over.
    }
  }

  #readOne(milliseconds: number): void {
    const buffer = this.#emptyBuffer();
    const target = buffer ?? this.#spare;
    const { session, linkType, nanoseconds } = this.#session;
    let bytes: number;
    try {
      bytes = this.#addon.readBatch(session, target, milliseconds, this.#counted);
    } catch (error) {
      if (buffer !== null) this.#free.push(buffer);
      throw error;
    }
    const packets = this.#counted[0];
    const until = Date.now() - SAFETY_MS;
    if (bytes === 0) {
      if (buffer !== null) this.#free.push(buffer);
      this.#port.postMessage({ kind: 'idle', until });
      return;
    }
    this.#packets += packets;
    this.#bytes += bytes - packets * 16;
    const file = this.#save(target, bytes, packets);
    if (buffer === null) {
      this.#oursSince += packets;
      return;
    }
    const batch: Batch = {
      kind: 'batch',
      buffer,
      bytes,
      packets,
      linkType: linkTypeOf(linkType),
      nanoseconds,
      until,
      file,
    };
    this.#port.postMessage(batch, [buffer]);
  }

  /** A buffer that nobody uses; null where all of them are on their way. */
  #emptyBuffer(): ArrayBuffer | null {
    for (let message = receiveMessageOnPort(this.#port); message; message = receiveMessageOnPort(this.#port))
      this.#free.push((message.message as Emptied).buffer);
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#made >= this.#data.batches) return null;
    this.#made++;
    return new ArrayBuffer(BATCH_BYTES);
  }

  #beginSaving(): void {
    const { save } = this.#data;
    if (save === null) return;
    const { linkType, nanoseconds, snapshotLength } = this.#session;
    this.#ring = new RingWriter(save.path, save.ring, { linkType: linkTypeOf(linkType), nanoseconds, snapshotLength });
    this.#ring.open();
    this.#tell({ kind: 'file', label: this.#data.label, path: this.#ring.file! });
  }

  /** @returns where the batch went, or null where it is not saved */
  #save(buffer: ArrayBuffer, bytes: number, packets: number): Batch['file'] {
    const ring = this.#ring;
    if (ring === null) return null;
    try {
      const isDue = ring.file === null && this.#saveAgainAt !== 0 && Date.now() >= this.#saveAgainAt;
      if (ring.isFull() || isDue) {
        ring.open();
        this.#saveAgainAt = 0;
        this.#tell({ kind: 'file', label: this.#data.label, path: ring.file! });
      }
      if (ring.file === null) return null;
      const file = { path: ring.file, before: ring.frames };
      ring.write(new Uint8Array(buffer, 0, bytes), packets);
      return file;
    } catch (error) {
      const isFirst = this.#saveAgainAt === 0;
      // A ring tries again later; the name of a single file is taken.
      this.#saveAgainAt = this.#data.save?.ring ? Date.now() + SAVE_AGAIN_MS : Number.POSITIVE_INFINITY;
      if (isFirst) this.#tell({ kind: 'saving-failed', label: this.#data.label, failure: failureOf(error) });
      return null;
    }
  }

  /** Once a second: what was lost since the last look, and whether the interface is still up. */
  #look(): void {
    const now = Date.now();
    const { label } = this.#data;
    const counted = this.#statistics;
    try {
      this.#addon.statistics(this.#session.session, counted);
    } catch {
      counted.set([0, this.#kernelSeen, this.#interfaceSeen]);
    }
    const kernel = since(counted[1], this.#kernelSeen);
    const dropped = since(counted[2], this.#interfaceSeen);
    const ours = this.#oursSince;
    this.#kernelSeen = counted[1];
    this.#interfaceSeen = counted[2];
    this.#oursSince = 0;
    this.#kernel += kernel;
    this.#interface += dropped;
    this.#ours += ours;
    if (kernel + dropped + ours > 0)
      this.#tell({
        kind: 'loss',
        label,
        from: this.#lookedAt,
        until: now,
        kernel,
        interface: dropped,
        ours,
        blind: null,
      });
    this.#watchInterface(now);
    this.#lookedAt = now;
    this.#tell({
      kind: 'counters',
      label,
      packets: this.#packets,
      bytes: this.#bytes,
      kernel: this.#kernel,
      interface: this.#interface,
      ours: this.#ours,
    });
  }

  /** libpcap waits in silence for an interface that is down (since 1.10), so it is asked of the system. */
  #watchInterface(now: number): void {
    if (this.#index === null) return;
    const flags = this.#sysfs('flags');
    const index = this.#sysfs('ifindex');
    if (flags === null || index !== this.#index) throw new LiveError('interface-gone', 'the interface is gone');
    const isDown = (Number(flags) & IFF_UP) === 0;
    if (isDown || this.#isDown) this.#blind('down', this.#lookedAt, now);
    if (isDown !== this.#isDown) this.#state(isDown ? 'down' : 'back', now, '');
    this.#isDown = isDown;
  }

  /** A fact of the interface as Linux tells it; null where the system does not know it so. */
  #sysfs(fact: string): string | null {
    if (process.platform !== 'linux' || this.#data.options.device.includes('/')) return null;
    try {
      return readFileSync(`/sys/class/net/${this.#data.options.device}/${fact}`, 'latin1').trim();
    } catch {
      return null;
    }
  }

  /** Reading failed: the interface is gone, or in trouble. It is opened again as soon as it can be. */
  #survive(error: unknown): void {
    const { control } = this.#data;
    const from = this.#lookedAt;
    this.#addon.close(this.#session.session);
    this.#state('gone', Date.now(), error instanceof Error ? error.message : String(error));
    for (;;) {
      Atomics.wait(control, CONTROL_STOP, 0, REOPEN_MS);
      const now = Date.now();
      this.#blind('gone', from, now);
      this.#port.postMessage({ kind: 'idle', until: now - SAFETY_MS });
      if (this.#stopped) return;
      try {
        this.#session = this.#open();
      } catch {
        continue;
      }
      this.#kernelSeen = 0;
      this.#interfaceSeen = 0;
      this.#isDown = false;
      this.#index = this.#sysfs('ifindex');
      this.#lookedAt = Date.now();
      this.#state('back', this.#lookedAt, '');
      return;
    }
  }

  #state(state: 'down' | 'gone' | 'back', at: number, reason: string): void {
    this.#tell({ kind: 'interface', label: this.#data.label, state, at, reason });
  }

  #blind(blind: 'down' | 'gone', from: number, until: number): void {
    this.#tell({ kind: 'loss', label: this.#data.label, from, until, kernel: 0, interface: 0, ours: 0, blind });
  }
}

/** Difference of two readings of a counter of 32 bits. */
function since(now: number, before: number): number {
  return now >= before ? now - before : now + COUNTER_LIMIT - before;
}
