import { readCapture } from '../capture/source.ts';
import { FrameAnalyzer } from '../track/frame-analyzer.ts';
import { type FileResult, type FileTask, PROGRESS_BYTES, PROGRESS_FRAMES } from './types.ts';

/** Reads one capture into one part. Throws CaptureError where the file cannot be read at all. */
export async function analyzeFile(task: FileTask): Promise<FileResult> {
  const analyzer = new FrameAnalyzer(task.seed, 0, task.limit, task.fateLimit);
  const progress = new Float64Array(task.progress);
  const summary = await readCapture(task.path, analyzer, {
    onProgress: (bytes) => {
      progress[PROGRESS_BYTES] = bytes;
      progress[PROGRESS_FRAMES] = analyzer.frames;
    },
  });
  return { kind: 'file', part: analyzer.finish(), summary };
}
