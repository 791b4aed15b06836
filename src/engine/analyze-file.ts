import { readCapture } from '../capture/source.ts';
import { FrameAnalyzer } from '../track/frame-analyzer.ts';
import { PROGRESS_BYTES, PROGRESS_FRAMES, type Task, type TaskResult } from './types.ts';

/** Reads one capture into one part. Runs on the main thread or in a worker. Throws CaptureError where the file cannot be read at all. */
export async function analyzeFile(task: Task): Promise<TaskResult> {
  const analyzer = new FrameAnalyzer(task.seed);
  const progress = new Float64Array(task.progress);
  const summary = await readCapture(task.path, analyzer, {
    onProgress: (bytes) => {
      progress[PROGRESS_BYTES] = bytes;
      progress[PROGRESS_FRAMES] = analyzer.frames;
    },
  });
  return { part: analyzer.finish(), summary };
}
