/** The screen of a live run: what is captured, what is lost, how far each booting machine has come, what was found last. */
import type { PxeClientReport, ReportedFinding } from '../assess/types.ts';
import { ends } from './ends.ts';
import { severityCounts } from './finding-amount.ts';
import { kindLabel, SEVERITY_LABELS } from './labels.ts';
import { portLabel } from './port-label.ts';
import { printable, printableData } from './printable.ts';
import { count, counted, size } from './quantity.ts';
import type { Paint } from './style.ts';
import { type Column, type Row, renderTable } from './table.ts';
import { bootRow } from './terminal/pxe.ts';
import { shorten, textWidth, wrap } from './text-width.ts';

/** What the screen shows. Numbers are of the whole run. */
export interface LiveScreen {
  sources: string[];
  topology: string;
  /** Seconds since the start. */
  elapsed: number;
  packets: number;
  packetsPerSecond: number;
  bytesPerSecond: number;
  lost: { kernel: number; interface: number; analysis: number };
  /** True where packets were lost in the last seconds. */
  losing: boolean;
  connections: number;
  open: number;
  clients: PxeClientReport[];
  /** Findings that stand, the latest told first. */
  findings: ReportedFinding[];
  /** What happened besides, the latest last. */
  notes: string[];
  saving: string | null;
}

const MOST_CLIENTS = 12;
const MOST_NOTES = 4;
const LEAST_WIDTH = 40;
/** From so many columns on, ends are told with name and address. */
const WIDE = 120;
/** Below so many columns a machine is told without its firmware and address. */
const TABLE_WIDTH = 72;

const CLIENT_COLUMNS: Column[] = [
  { title: 'Machine' },
  { title: 'Firmware', least: 6, single: true },
  { title: 'Address', least: 8, single: true },
  { title: 'Came as far as', least: 12, single: true },
  { title: 'After', align: 'right' },
];

/** The lines of the screen, at most `height`, none wider than `width`. */
export function renderLiveScreen(screen: LiveScreen, width: number, height: number, paint: Paint): string[] {
  const wide = Math.max(LEAST_WIDTH, width);
  const lines = [
    ...header(screen, wide, paint),
    ...clients(screen, wide, Math.max(3, Math.floor(height / 3)), paint),
    ...notes(screen, wide, paint),
  ];
  const room = height - lines.length - 1;
  return [...lines, ...findings(screen, wide, Math.max(3, room), paint)].slice(0, Math.max(1, height - 1));
}

function header(screen: LiveScreen, width: number, paint: Paint): string[] {
  const { sources, topology, elapsed, packets, packetsPerSecond, bytesPerSecond, lost, losing, connections, open } =
    screen;
  const title = `pcapcheck live  ${sources.map(printable).join(', ')}  ${clock(elapsed)}`;
  const help = 'Ctrl-C: end with the report';
  const gap = width - textWidth(title) - textWidth(help);
  const total = lost.kernel + lost.interface + lost.analysis;
  const by = [
    lost.kernel > 0 ? `${count(lost.kernel)} kernel` : '',
    lost.interface > 0 ? `${count(lost.interface)} interface` : '',
    lost.analysis > 0 ? `${count(lost.analysis)} analysis` : '',
  ].filter((part) => part !== '');
  const loss = total === 0 ? 'nothing lost' : `lost ${count(total)} (${by.join(', ')})${losing ? ', losing now' : ''}`;
  const facts = [
    `${counted(packets, 'packet')}, ${count(packetsPerSecond)}/s, ${size(bytesPerSecond)}/s`,
    `${counted(connections, 'connection')}, ${count(open)} open`,
  ].join('; ');
  return [
    paint('strong', gap >= 2 ? `${title}${' '.repeat(gap)}${help}` : shorten(title, width)),
    shorten(
      `Topology ${printable(topology)}${screen.saving === null ? '' : `; saving to ${printable(screen.saving)}`}`,
      width,
    ),
    ...wrap(facts, width),
    paint(total === 0 ? 'good' : losing ? 'alarm' : 'warn', shorten(loss, width)),
    '',
  ];
}

function clients({ clients: all }: LiveScreen, width: number, room: number, paint: Paint): string[] {
  if (all.length === 0) return [];
  const latest = all.toSorted((one, other) => (one.last_ts < other.last_ts ? 1 : -1));
  const shown = latest.slice(0, Math.min(MOST_CLIENTS, room));
  const left = all.length - shown.length;
  const rows = printableData(shown).map((client): Row => {
    const { tone, cells } = bootRow(client);
    return { tone, cells: cells.slice(0, CLIENT_COLUMNS.length) };
  });
  const narrow = rows.map(({ tone, cells }) => paint(tone, shorten(`${cells[0]}  ${cells[3]}`, width)));
  return [
    paint('strong', `NETWORK BOOTS (${count(all.length)})`),
    ...(width < TABLE_WIDTH ? narrow : renderTable(CLIENT_COLUMNS, rows, width, paint)),
    ...(left > 0 ? [paint('dim', `... and ${count(left)} more`)] : []),
    '',
  ];
}

function findings({ findings: all }: LiveScreen, width: number, room: number, paint: Paint): string[] {
  const counts = Object.entries(severityCounts(all)).filter(([, number]) => number > 0);
  const heading =
    counts.length === 0
      ? 'FINDINGS: none so far'
      : `FINDINGS: ${counts.map(([severity, number]) => `${number} ${severity}`).join(', ')}; the latest first`;
  const lines = [paint('strong', shorten(heading, width))];
  for (const finding of printableData(all)) {
    if (lines.length >= room) break;
    const { label, tone } = SEVERITY_LABELS[finding.severity];
    const time = /T(\d\d:\d\d:\d\d)/.exec(finding.last_ts ?? '')?.[1] ?? '        ';
    const who = width >= WIDE ? ends(finding) : shortEnds(finding);
    const word = kindLabel(finding.kind).word;
    const what = [word, portLabel(finding.proto, finding.dest_port), who].filter(Boolean).join('  ');
    const times = finding.count > 1 ? `  x${count(finding.count)}` : '';
    lines.push(paint(tone, shorten(`${time}  ${label.padEnd(6)}  ${what}${times}`, width)));
    if (finding.severity === 'high') {
      const [message] = wrap(finding.message, width - 10);
      lines.push(`          ${shorten(message ?? '', width - 10)}`);
    }
  }
  return lines.slice(0, room);
}

/** The two ends by their names alone. */
function shortEnds({ src_name, src_ip, dest_name, dest_ip }: ReportedFinding): string {
  return [src_name ?? src_ip, dest_name ?? dest_ip].filter((end) => end !== null).join(' -> ');
}

function notes({ notes: all }: LiveScreen, width: number, paint: Paint): string[] {
  if (all.length === 0) return [];
  return [...all.slice(-MOST_NOTES).map((note) => paint('warn', shorten(printable(note), width))), ''];
}

/** `0:12`, `12:05`, `1:02:05`, `3 d 1:02:05` */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
  ];
  const rest = `${two(minutes)}:${two(whole % 60)}`;
  if (days > 0) return `${days} d ${hours}:${rest}`;
  return hours > 0 ? `${hours}:${rest}` : `${minutes}:${two(whole % 60)}`;
}
