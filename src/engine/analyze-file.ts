import { readCapture } from '../capture/source.ts';
import { FrameAnalyzer } from '../track/frame-analyzer.ts';
import { heldBytes } from '../track/held-bytes.ts';
import { expectedConnections } from './expected-connections.ts';
import { giveUpWhen } from './give-up.ts';
import { type FileResult, type FileTask, type GivenUp, PROGRESS_BYTES, PROGRESS_FRAMES } from './types.ts';

/** Reads one capture into one part. Throws CaptureError where the file cannot be read at all. */
export async function analyzeFile(task: FileTask): Promise<FileResult | GivenUp> {
  const expected = expectedConnections(task.size ?? 0, task.limit);
  const analyzer = new FrameAnalyzer(task.seed, expected, task.limit, task.fateLimit, task.messageShare);
  const progress = new Float64Array(task.progress);
  const mustGiveUp = giveUpWhen(task, () => heldBytes(analyzer));
  const summary = await readCapture(task.path, analyzer, {
    onProgress: (bytes) => {
      progress[PROGRESS_BYTES] = bytes;
      progress[PROGRESS_FRAMES] = analyzer.frames;
    },
    ...(task.unjoined !== null && { onWindow: () => (mustGiveUp() ? 'stop' : 'go-on') }),
  });
  if (!summary.complete) return { kind: 'given-up' };
  return { kind: 'file', part: analyzer.finish(), summary };
}
