import type { Evidence } from '../assess/assess.ts';
import type { CaptureReport, LossReport } from '../assess/types.ts';
import type { Observation } from '../track/observation.ts';
import { timeText } from '../track/time-text.ts';
import type { InterfaceCounters, LiveRun } from './live-run.ts';
import type { LossSpan } from './loss-log.ts';
import type { FileRead } from './messages.ts';

/** Losses that a report lists for one interface, the latest. */
const MOST_LOSSES = 200;
const PROBLEMS_OF_FILE = 3;

/** What a run shows up to now, for the assessment. @param day by which exceptions are judged (ISO 8601) */
export function liveEvidence(run: LiveRun, observation: Observation, day: string): Evidence {
  const fine =
    run.counters.some(({ nanoseconds }) => nanoseconds) || run.files.some(({ summary }) => summary.nanosecondTimes);
  const time = (seconds: number, nanoseconds: number): string => timeText(seconds, nanoseconds, fine);
  const { kernel, interface: dropped, ours } = run.lossLog.totals;
  const told = run.files.reduce((sum, { summary }) => sum + summary.droppedByCapture, 0);
  return {
    observation,
    captures: [
      ...run.counters.map((counters) => interfaceReport(counters, run, observation, time)),
      ...fileReports(run),
    ],
    droppedByCapture: kernel + dropped + ours + told,
    losses: run.losses(),
    day,
    place: (frame) => run.places.of(frame),
    time,
  };
}

function interfaceReport(
  { label, packets, ours }: InterfaceCounters,
  run: LiveRun,
  observation: Observation,
  time: (seconds: number, nanoseconds: number) => string,
): CaptureReport {
  const isOnly = run.counters.length === 1 && run.files.length === 0;
  const frames = isOnly ? observation.frames : Math.max(0, packets - ours);
  const { start, end } = observation;
  const losses = run.lossLog.spans.filter((span) => span.label === label);
  const isEmpty = observation.frames === 0;
  return {
    path: label,
    format: 'live',
    bytes: null,
    frames,
    first: isEmpty ? null : time(start.seconds, start.nanoseconds),
    last: isEmpty ? null : time(end.seconds, end.nanoseconds),
    sha256: null,
    problems: [...losses.slice(-MOST_LOSSES).map(lossSentence), ...forgotten(run.bootsBefore)],
    losses: losses.slice(-MOST_LOSSES).map(lossReport),
  };
}

/** A run of weeks does not keep every boot. */
function forgotten(before: number | null): string[] {
  return before === null
    ? []
    : [`Network boots and TFTP transfers before ${secondText(before)} are no longer in this report.`];
}

function lossReport(span: LossSpan): LossReport {
  const { kernel, interface: dropped, ours, blind } = span;
  return {
    from: secondText(span.fromSeconds),
    to: secondText(span.toSeconds),
    kernel,
    interface: dropped,
    analysis: ours,
    blind,
  };
}

const BLIND = {
  down: 'The interface was down',
  gone: 'The interface was gone',
  overwritten: 'Files were overwritten before they were read',
} as const;

/** One sentence: when, what, by whom, and what it means. */
export function lossSentence({ fromSeconds, toSeconds, kernel, interface: dropped, ours, blind }: LossSpan): string {
  const from = secondText(fromSeconds);
  const when = fromSeconds === toSeconds ? `at ${from}` : `from ${from} to ${secondText(toSeconds)}`;
  if (blind !== null) return `${BLIND[blind]} ${when}: silence of that time proves nothing.`;
  const by = [
    kernel > 0 ? `${kernel} by the kernel` : '',
    dropped > 0 ? `${dropped} by the interface` : '',
    ours > 0 ? `${ours} by pcapcheck, which was behind` : '',
  ].filter((part) => part !== '');
  return `Packets were lost ${when} (${by.join(', ')}): silence of that time proves nothing.`;
}

/** `2026-03-02T09:01:12Z` */
function secondText(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`;
}

function fileReports(run: LiveRun): CaptureReport[] {
  return run.files.map((file) => fileReport(file, run.lossLog.spans));
}

function fileReport({ summary, first, last }: FileRead, spans: readonly LossSpan[]): CaptureReport {
  const time = (moment: FileRead['first']): string | null =>
    moment === null ? null : timeText(moment.seconds, moment.nanoseconds, summary.nanosecondTimes);
  const problems = summary.problems.slice(0, PROBLEMS_OF_FILE).map(({ message }) => message);
  const more = summary.problemCount - problems.length;
  if (more > 0) problems.push(`${more} more problems.`);
  if (summary.droppedByCapture > 0)
    problems.push(`The capturing system lost ${summary.droppedByCapture} packets; silence proves nothing then.`);
  const losses = spans.filter(({ label }) => label === summary.path);
  return {
    path: summary.path,
    format: summary.compression === null ? summary.format : `${summary.format} (${summary.compression})`,
    bytes: summary.path === '-' ? null : summary.fileBytes,
    frames: summary.frames,
    first: time(first),
    last: time(last),
    sha256: null,
    problems: [...problems, ...losses.map(lossSentence)],
    ...(losses.length === 0 ? {} : { losses: losses.map(lossReport) }),
  };
}
