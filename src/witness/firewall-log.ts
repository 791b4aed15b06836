/**
 * The log of the Windows firewall (pfirewall.log), a second witness: `#Fields:` names the columns, `-` stands for nothing. Only rows that
 * say that a TCP or UDP packet was dropped are kept. Rows that are not there prove nothing: logging is off by default, and the file starts
 * anew when it is full.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { DIRECTION_IN, DIRECTION_OUT, DIRECTION_UNKNOWN } from '../capture/frame-notes.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../decode/packet.ts';
import { AddressTable } from '../track/address-table.ts';
import { LOG_WIDTH, type LogDrops } from '../track/join-log.ts';
import { KIND_IPV6 } from '../track/record.ts';
import { ipv4Number, ipv6Words } from './ip-words.ts';
import type { LogZone } from './log-zone.ts';

/** DROP rows kept of one log, and characters of a line that is believed; the log of Windows is 32 MB at most. */
const MOST_DROPS = 2_000_000;
const LONGEST_LINE = 4096;
const CHUNK = 1 << 20;
/** Lines that a file may have before the first one that is of a firewall log. */
const PATIENCE = 1000;

/** The columns of a log without its head (version 1.5). */
const USUAL_FIELDS =
  'date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path';
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2}):(\d{2})$/;
const PROTOCOLS: Readonly<Record<string, number>> = {
  TCP: PROTOCOL_TCP,
  UDP: PROTOCOL_UDP,
  6: PROTOCOL_TCP,
  17: PROTOCOL_UDP,
};
const DIRECTIONS: Readonly<Record<string, number>> = { SEND: DIRECTION_OUT, RECEIVE: DIRECTION_IN };

/** A file that is no log of the firewall, or that cannot be read. Meant for users. */
export class FirewallLogError extends Error {
  override readonly name = 'FirewallLogError';
  readonly code: 'not-readable' | 'not-a-log';
  readonly path: string;

  constructor(code: FirewallLogError['code'], path: string, message: string) {
    super(message);
    this.code = code;
    this.path = path;
  }
}

/** What a log says. */
export interface FirewallLog {
  path: string;
  /** How its times were read. */
  zone: string;
  /** Its local time less UTC, in seconds, at its first row; null where there is none. */
  offset: number | null;
  /** Rows of packets: dropped ones of TCP and UDP, other dropped ones, allowed ones. */
  drops: number;
  otherDrops: number;
  allows: number;
  /** Rows that say something else, or make no sense. */
  others: number;
  unreadable: number;
  /** Dropped packets beyond what is kept. */
  notKept: number;
  /** Events that Windows says it could not log. */
  lost: number;
  /** Seconds since 1970 of the first and the last row, by time; null where there is none. */
  first: number | null;
  last: number | null;
  kept: LogDrops;
}

/** @throws FirewallLogError */
export async function readFirewallLog(path: string, zone: LogZone): Promise<FirewallLog> {
  const reading = new LogReading(path, zone);
  let file: FileHandle | null = null;
  try {
    file = await open(path);
    const buffer = new Uint8Array(CHUNK);
    let decoder: InstanceType<typeof TextDecoder> | null = null;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      // PowerShell writes copies in UTF-16.
      decoder ??= new TextDecoder(buffer[0] === 0xff && buffer[1] === 0xfe ? 'utf-16le' : 'utf-8');
      reading.take(decoder.decode(buffer.subarray(0, bytesRead), { stream: bytesRead > 0 }));
      if (bytesRead === 0) return reading.finish();
    }
  } catch (error) {
    if (error instanceof FirewallLogError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const why: Record<string, string> = {
      ENOENT: 'does not exist; check the path',
      EACCES: 'may not be read by this user; copy it as an administrator, Windows keeps it from others',
      EPERM: 'may not be read by this user; copy it as an administrator, Windows keeps it from others',
      EISDIR: 'is a directory; name the log in it, pfirewall.log',
      EBUSY: 'is in use; copy it and name the copy',
    };
    throw new FirewallLogError(
      'not-readable',
      path,
      `${path} ${why[code ?? ''] ?? `could not be read (${code ?? 'unknown reason'})`}.`,
    );
  } finally {
    await file?.close();
  }
}

class LogReading {
  readonly #path: string;
  readonly #zone: LogZone;
  readonly #addresses = new AddressTable(0);
  #values = new Int32Array(LOG_WIDTH * 1024);
  #columns = columnsOf(USUAL_FIELDS);
  #rest = '';
  #line = 0;
  /** The rest of a line that is too long is passed over. */
  #isSkipping = false;
  #isLog = false;
  #hour = '';
  #hourSeconds = 0;
  readonly #log: Omit<FirewallLog, 'kept' | 'path' | 'zone'> = {
    offset: null,
    drops: 0,
    otherDrops: 0,
    allows: 0,
    others: 0,
    unreadable: 0,
    notKept: 0,
    lost: 0,
    first: null,
    last: null,
  };
  #count = 0;

  constructor(path: string, zone: LogZone) {
    this.#path = path;
    this.#zone = zone;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (this.#isSkipping) this.#isSkipping = false;
      else this.#read(line);
    }
    if (this.#rest.length > LONGEST_LINE) {
      if (!this.#isSkipping) this.#read(this.#rest);
      this.#isSkipping = true;
      this.#rest = '';
    }
  }

  finish(): FirewallLog {
    if (this.#rest !== '' && !this.#isSkipping) this.#read(this.#rest);
    if (!this.#isLog) throw this.#noLog();
    const { words, count } = this.#addresses;
    const kept = { path: this.#path, values: this.#values, count: this.#count, addresses: words, addressCount: count };
    return { path: this.#path, zone: this.#zone.name, ...this.#log, kept };
  }

  #noLog(): FirewallLogError {
    const how = 'name the pfirewall.log of Windows (%systemroot%\\System32\\LogFiles\\Firewall)';
    return new FirewallLogError('not-a-log', this.#path, `${this.#path} is no log of the Windows firewall; ${how}.`);
  }

  #read(whole: string): void {
    this.#line++;
    const line = whole.trim();
    if (line === '' || this.#isHead(line)) return;
    if (!this.#isLog && this.#line > PATIENCE) throw this.#noLog();
    const cells = line.length > LONGEST_LINE ? [] : line.split(/\s+/);
    const { date, time, action } = this.#columns;
    const seconds = this.#secondsOf(cells[date], cells[time]);
    if (seconds === null) {
      this.#log.unreadable++;
      return;
    }
    this.#isLog = true;
    const log = this.#log;
    if (log.first === null || seconds < log.first) log.first = seconds;
    if (log.last === null || seconds > log.last) log.last = seconds;
    switch (cells[action]) {
      case 'DROP':
        this.#drop(cells, seconds);
        return;
      case 'ALLOW':
      case 'OPEN':
      case 'OPEN-INBOUND':
        log.allows++;
        return;
      case 'INFO-EVENTS-LOST':
        log.lost += numberOf(cells[this.#columns.info]) ?? 1;
        return;
      default:
        log.others++;
    }
  }

  /** `#Version: 1.5`, `#Fields: …`; the first of them may stand behind a byte order mark. */
  #isHead(line: string): boolean {
    const text = line.replace(/^\ufeff/, '');
    if (!text.startsWith('#')) return false;
    const fields = /^#fields:\s*(.*)$/i.exec(text);
    if (fields !== null) {
      const columns = columnsOf(fields[1]);
      if (['date', 'time', 'action', 'src-ip', 'dst-ip'].every((name) => Number.isInteger(columns[name]))) {
        this.#columns = columns;
        this.#isLog = true;
      }
    }
    return true;
  }

  #drop(cells: string[], seconds: number): void {
    const columns = this.#columns;
    const protocol = PROTOCOLS[cells[columns.protocol]];
    if (protocol === undefined) {
      this.#log.otherDrops++;
      return;
    }
    const sourcePort = portOf(cells[columns['src-port']]);
    const destinationPort = portOf(cells[columns['dst-port']]);
    const source = cells[columns['src-ip']] ?? '';
    const destination = cells[columns['dst-ip']] ?? '';
    let a: number | null = ipv4Number(source);
    let b: number | null = ipv4Number(destination);
    const isV4 = a !== null && b !== null;
    if (!isV4) {
      const from = ipv6Words(source);
      const to = ipv6Words(destination);
      a = from && this.#addresses.internWords(...from);
      b = to && this.#addresses.internWords(...to);
    }
    if (a === null || b === null || sourcePort === null || destinationPort === null) {
      this.#log.unreadable++;
      return;
    }
    this.#log.drops++;
    if (this.#count === MOST_DROPS) {
      this.#log.notKept++;
      return;
    }
    const at = this.#count++ * LOG_WIDTH;
    if (at === this.#values.length) {
      const values = new Int32Array(at * 2);
      values.set(this.#values);
      this.#values = values;
    }
    const direction = DIRECTIONS[cells[columns.path]] ?? DIRECTION_UNKNOWN;
    const key = protocol | (isV4 ? 0 : KIND_IPV6);
    this.#values.set([this.#line, seconds, key, a, b, (sourcePort << 16) | destinationPort, direction], at);
  }

  #secondsOf(date: string | undefined, time: string | undefined): number | null {
    const clock = TIME.exec(time ?? '');
    if (clock === null || date === undefined) return null;
    const hour = `${date} ${clock[1]}`;
    if (hour !== this.#hour) {
      const day = DATE.exec(date);
      if (day === null) return null;
      const seconds = this.#zone.hour(Number(day[1]), Number(day[2]), Number(day[3]), Number(clock[1]));
      if (!(seconds >= 0 && seconds < 2 ** 32)) return null;
      this.#hour = hour;
      this.#hourSeconds = Math.round(seconds);
      const asUtc = Date.UTC(Number(day[1]), Number(day[2]) - 1, Number(day[3]), Number(clock[1])) / 1000;
      this.#log.offset ??= asUtc - this.#hourSeconds;
    }
    return this.#hourSeconds + Number(clock[2]) * 60 + Number(clock[3]);
  }
}

/** Index of each column by its name. */
function columnsOf(fields: string): Record<string, number> {
  return Object.fromEntries(
    fields
      .trim()
      .toLowerCase()
      .split(/\s+/)
      .slice(0, 64)
      .map((name, i) => [name, i]),
  );
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function portOf(text: string | undefined): number | null {
  const port = numberOf(text);
  return port !== null && port <= 0xffff ? port : null;
}
