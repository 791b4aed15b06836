/** What is wrong with a capture so that silence in it proves nothing. */
import { Losses } from '../assess/losses.ts';
import type { AnalyzedCapture } from '../engine/analyze.ts';
import { goesOn } from '../track/capture-spans.ts';

type Series = readonly AnalyzedCapture[];

const FRAMES_LOST = 'Frames may have been lost where bytes were skipped; silence proves nothing in this capture.';
const BYTES_WRONG =
  'Frames may be wrong where what a file unpacks to does not fit its checksum; silence proves nothing in this capture.';
const TIMES_UNKNOWN =
  'How long an answer to frames without a time of their own was waited for is not known; silence proves nothing in this capture.';
const SAME_TIME =
  'Covers the same time as an earlier capture of this run. Captures of several places are not put together: what got through at one place counts for all. Run them one by one.';
/** Problems of frames that got the time of another one (src/capture). */
const UNTIMED: ReadonlySet<string> = new Set(['no-time', 'time-out-of-range']);
/** Problems of a compressed capture with an end that cannot be unpacked: how many bytes that is nobody knows. */
const ENDS_EARLY: ReadonlySet<string> = new Set([
  'broken-compression',
  'cut-short',
  'trailing-bytes',
  'unpacks-too-far',
]);

/** Sentences about a capture of a series, for the report. */
export function doubtsOf(capture: AnalyzedCapture, captures: Series): string[] {
  const doubts: string[] = [];
  if (hasLostFrames(capture, captures)) doubts.push(FRAMES_LOST);
  if (hasWrongBytes(capture)) doubts.push(BYTES_WRONG);
  if (hasUntimedFrames(capture)) doubts.push(TIMES_UNKNOWN);
  if (capture.summary.droppedByCapture > 0)
    doubts.push(`The capturing system lost ${capture.summary.droppedByCapture} packets; silence proves nothing then.`);
  if (hasCompany(capture, captures)) doubts.push(SAME_TIME);
  return doubts;
}

/** The same, for the verdicts. */
export function lossesOf(captures: Series): Losses {
  if (captures.some((capture) => hasLostFrames(capture, captures) || hasWrongBytes(capture))) return Losses.unknown();
  const dropped = captures.reduce((sum, { summary }) => sum + summary.droppedByCapture, 0);
  return dropped === 0 && captures.some(hasUntimedFrames) ? Losses.untimed() : Losses.anytime(dropped);
}

/**
 * True where bytes could not be read that nobody knows the frames of. Those at the end of a capture are no loss: it ends there; but where another
 * one goes on from it, that looks like silence.
 */
function hasLostFrames(capture: AnalyzedCapture, captures: Series): boolean {
  const { problems, captureBytes } = capture.summary;
  return problems.some(
    ({ code, offset, skippedBytes }) =>
      code === 'unknown-version' ||
      ((skippedBytes > 0 || ENDS_EARLY.has(code)) &&
        (offset + skippedBytes < captureBytes || isContinued(capture, captures))),
  );
}

/** True where another one, which comes before it in the series, had not come to its end when this one began. */
function hasCompany({ first, framesBefore }: AnalyzedCapture, captures: Series): boolean {
  if (first === null) return false;
  return captures.some(
    (other) =>
      other.framesBefore < framesBefore &&
      other.last !== null &&
      other.last.seconds > first.seconds &&
      !goesOn(other.last.seconds, first.seconds),
  );
}

function hasWrongBytes({ summary }: AnalyzedCapture): boolean {
  return summary.problems.some(({ code }) => code === 'wrong-checksum');
}

function isContinued(capture: AnalyzedCapture, captures: Series): boolean {
  const { last } = capture;
  if (last === null) return captures.length > 1;
  return captures.some(
    (other) =>
      other !== capture && other.first !== null && goesOn(last.seconds, other.first.seconds) && endsLater(other, last),
  );
}

function endsLater({ last }: AnalyzedCapture, { seconds, nanoseconds }: NonNullable<AnalyzedCapture['last']>): boolean {
  return last !== null && (last.seconds - seconds || last.nanoseconds - nanoseconds) > 0;
}

function hasUntimedFrames({ summary }: AnalyzedCapture): boolean {
  return summary.problems.some(({ code }) => UNTIMED.has(code));
}
