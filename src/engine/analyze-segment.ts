import { NO_GUESS } from '../capture/boundary.ts';
import { PcapngReader } from '../capture/pcapng.ts';
import { readPart } from '../capture/source.ts';
import { FrameAnalyzer } from '../track/frame-analyzer.ts';
import { heldBytes } from '../track/held-bytes.ts';
import { expectedConnections } from './expected-connections.ts';
import { giveUpWhen } from './give-up.ts';
import { guessStart, middleReader } from './middle.ts';
import { type GivenUp, PROGRESS_BYTES, PROGRESS_FRAMES, type SegmentResult, type SegmentTask } from './types.ts';

/** Reads the records of one segment into one part. Where the first record cannot be guessed, nothing is read and `start` is NO_GUESS. */
export function analyzeSegment(task: SegmentTask): SegmentResult | GivenUp {
  // The tables of the first segment become those of all (merge.ts).
  const bytes = task.guess ? Math.min(task.to, task.size) - task.from : task.size;
  const expected = expectedConnections(bytes, task.limit);
  const analyzer = new FrameAnalyzer(task.seed, expected, task.limit, 0, task.messageShare);
  const reader = middleReader(task.state, analyzer);
  reader.stopAt = task.to;
  const start = task.guess ? guessStart(task) : task.from;
  const progress = new Float64Array(task.progress);
  const mustGiveUp = giveUpWhen(task, () => heldBytes(analyzer));
  let isGivenUp = false;
  const end =
    start === NO_GUESS
      ? NO_GUESS
      : readPart(task.path, reader, start, (offset) => {
          progress[PROGRESS_BYTES] = offset - task.from;
          progress[PROGRESS_FRAMES] = analyzer.frames;
          if (!mustGiveUp()) return;
          isGivenUp = true;
          reader.stopAt = 0;
        });
  // Who begins at a record in doubt does not know what it was held against.
  if (isGivenUp || reader.isInDoubt) return { kind: 'given-up' };
  return {
    kind: 'segment',
    part: analyzer.finish(),
    summary: reader.summary(),
    start,
    end,
    state: reader instanceof PcapngReader ? reader.state() : null,
    noted: reader instanceof PcapngReader && reader.notedPackets > 0,
    borrowedTimes: reader instanceof PcapngReader && reader.borrowedTimes > 0,
  };
}
