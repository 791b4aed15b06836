import type { PxeClientReport, Report, ReportedFinding } from '../assess/types.ts';
import { lossSentence } from '../live/evidence.ts';
import type { LiveNote, LiveRun } from '../live/live-run.ts';
import type { LossEvent } from '../live/messages.ts';
import type { Telling } from '../live/told-findings.ts';
import { VERSION } from '../product.ts';
import { findingLine, liveLine, reportLine } from '../report/live-lines.ts';
import { type LiveScreen, renderLiveScreen } from '../report/live-screen.ts';
import { printable } from '../report/printable.ts';
import { painter, useColor } from '../report/style.ts';
import type { Terminal } from './terminal.ts';

const STATUS_SECONDS = 10;
const NOTES_KEPT = 20;
/** A loss that goes on is told again after this time. */
const LOSS_SECONDS = 10;
const LOSING_MS = 3000;

// The other screen of a terminal: what stood there before comes back at the end (xterm, Windows console from 10 on).
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** What a live run shows: a screen on a terminal, else a line of JSON for everything that happens. */
export class LiveConsole {
  readonly #terminal: Terminal;
  readonly isLines: boolean;
  readonly #quiet: boolean;
  readonly #notes: string[] = [];
  /** What could not be done, for the end and the exit code. */
  readonly failures: string[] = [];
  #isOpen = false;
  #run: LiveRun | null = null;
  #topology = '';
  #began = 0;
  #lastTick = 0;
  #lastPackets = 0;
  #lastBytes = 0;
  #rate = 0;
  #byteRate = 0;
  #lostAt = 0;
  #statusAt = 0;
  #connections = 0;
  #openConnections = 0;
  #clients: PxeClientReport[] = [];
  #findings: ReportedFinding[] = [];
  #saving: string | null = null;
  readonly #lossTold = new Map<string, number>();

  constructor(terminal: Terminal, options: { ndjson?: boolean; quiet?: boolean }) {
    this.#terminal = terminal;
    this.isLines = options.ndjson === true || !terminal.stdout.isTTY || terminal.env.TERM === 'dumb';
    this.#quiet = options.quiet === true;
  }

  start(run: LiveRun, topology: string): void {
    this.#run = run;
    this.#topology = topology;
    this.#began = this.#lastTick = Date.now();
    if (this.isLines) {
      const sources = run.sources;
      this.#line('start', { tool: { name: 'pcapcheck', version: VERSION }, topology, sources });
    } else if (!this.#quiet) {
      this.#isOpen = true;
      this.#out(ENTER);
    }
  }

  /** Gives the terminal back. */
  close(): void {
    if (this.#isOpen) this.#out(LEAVE);
    this.#isOpen = false;
  }

  /** The user wants the end at once, without the report. */
  impatient(): void {
    this.close();
    this.#terminal.err('pcapcheck: Ended at once; nothing is reported.\n');
    this.#run?.abandon();
  }

  note(note: LiveNote): void {
    if (this.isLines) this.#noteLine(note);
    else this.#noteText(note);
    if (note.kind === 'file') this.#saving = note.path;
    if (note.kind !== 'saving-failed') return;
    this.#saving = null;
    this.failures.push(`${note.failure.message} The analysis went on; what came afterwards was not saved there.`);
  }

  #noteLine(note: LiveNote): void {
    switch (note.kind) {
      case 'loss': {
        const { label, kernel, interface: driver, ours, blind } = note;
        // An interface that is down tells so itself, once.
        if (blind === 'down' || blind === 'gone') break;
        const [from, to] = [note.from, note.until].map((at) => new Date(at).toISOString());
        this.#line('loss', { interface: label, from, to, kernel, driver, analysis: ours, blind });
        break;
      }
      case 'interface':
        this.#line('interface', { interface: note.label, state: note.state, reason: note.reason });
        break;
      case 'file':
        this.#line('capture-file', { path: note.path, state: 'written', interface: note.label });
        break;
      case 'file-read':
        this.#line('capture-file', { path: note.path, state: 'read', frames: note.summary.frames });
        break;
      case 'saving-failed':
        this.#line('error', { ...note.failure, interface: note.label });
        break;
      case 'warning':
        this.#line('remark', { message: note.text, interface: note.label });
        break;
      case 'remark':
        this.#line('remark', { message: note.text });
    }
  }

  #noteText(note: LiveNote): void {
    switch (note.kind) {
      case 'loss':
        this.#loss(note);
        break;
      case 'interface':
        this.#say(`${note.label} ${INTERFACE_STATES[note.state]}${note.reason === '' ? '' : ` (${note.reason})`}`);
        break;
      case 'saving-failed':
        this.#say(`${note.failure.message} The analysis goes on.`);
        break;
      case 'warning':
        this.#say(`${note.label}: ${note.text}`);
        break;
      case 'remark':
        this.#say(note.text);
    }
  }

  /** @param tellings what is to be told now @param standing findings that were told and stand */
  assessed(report: Report, open: number, tellings: readonly Telling[], standing: ReportedFinding[]): void {
    this.#connections = report.connections.total;
    this.#openConnections = open;
    this.#clients = report.pxe_clients;
    this.#findings = standing;
    if (this.isLines) for (const { state, finding } of tellings) this.#out(findingLine(Date.now(), state, finding));
  }

  tick(now: number): void {
    const run = this.#run!;
    const seconds = Math.max(0.001, (now - this.#lastTick) / 1000);
    this.#rate = Math.round((run.packets - this.#lastPackets) / seconds);
    this.#byteRate = Math.round((run.packetBytes - this.#lastBytes) / seconds);
    this.#lastPackets = run.packets;
    this.#lastBytes = run.packetBytes;
    this.#lastTick = now;
    if (this.isLines) {
      if (now - this.#statusAt >= STATUS_SECONDS * 1000) this.#status(now);
    } else if (this.#isOpen) this.#draw(now);
  }

  report(report: Report): void {
    this.#out(reportLine(Date.now(), report));
  }

  #status(now: number): void {
    this.#statusAt = now;
    const run = this.#run!;
    this.#line('status', {
      seconds: Math.round((now - this.#began) / 1000),
      packets: run.packets,
      packets_per_second: this.#rate,
      bytes_per_second: this.#byteRate,
      lost: lostBy(run),
      connections: this.#connections,
      connections_open: this.#openConnections,
      findings: this.#findings.length,
      pxe_clients: this.#clients.map(({ hardware_address, uuid, addresses, reached }) => ({
        hardware_address,
        uuid,
        address: addresses.at(-1) ?? null,
        reached,
      })),
    });
  }

  #draw(now: number): void {
    const run = this.#run!;
    const screen: LiveScreen = {
      sources: run.sources,
      topology: this.#topology,
      elapsed: (now - this.#began) / 1000,
      packets: run.packets,
      packetsPerSecond: this.#rate,
      bytesPerSecond: this.#byteRate,
      lost: lostBy(run),
      losing: now - this.#lostAt < LOSING_MS,
      connections: this.#connections,
      open: this.#openConnections,
      clients: this.#clients,
      findings: this.#findings,
      notes: this.#notes,
      saving: this.#saving,
    };
    const { columns, rows } = this.#terminal.stdout;
    const paint = painter(useColor(this.#terminal.stdout, this.#terminal.env));
    const lines = renderLiveScreen(screen, columns - 1, rows, paint);
    this.#out(`${HOME}${lines.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`);
  }

  #loss({ label, kernel, interface: dropped, ours, blind, from, until }: LossEvent): void {
    const now = Date.now();
    if (blind === null) this.#lostAt = now;
    const key = `${label} ${blind}`;
    if (now - (this.#lossTold.get(key) ?? 0) < LOSS_SECONDS * 1000) return;
    this.#lossTold.set(key, now);
    const seconds = { fromSeconds: Math.floor(from / 1000), toSeconds: Math.floor(until / 1000) };
    this.#say(`${label}: ${lossSentence({ label, blind, kernel, interface: dropped, ours, ...seconds })}`);
  }

  #say(text: string): void {
    this.#notes.push(`${new Date().toISOString().slice(11, 19)}  ${text}`);
    if (this.#notes.length > NOTES_KEPT) this.#notes.shift();
    if (!this.isLines && !this.#isOpen && !this.#quiet) this.#terminal.err(`pcapcheck: ${printable(text)}\n`);
  }

  /** Where nobody reads any more, nothing needs to go on. */
  #out(text: string): void {
    if (!this.#terminal.out(text)) this.#run?.stop();
  }

  #line(type: Parameters<typeof liveLine>[0], fields: object): void {
    this.#out(liveLine(type, Date.now(), fields));
  }
}

const INTERFACE_STATES = {
  down: 'went down; nothing can be captured until it is up again',
  gone: 'is gone; it is waited for',
  back: 'is back',
} as const;

function lostBy(run: LiveRun): LiveScreen['lost'] {
  const { kernel, interface: dropped, ours } = run.lossLog.totals;
  return { kernel, interface: dropped, analysis: ours };
}
