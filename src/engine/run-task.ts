import { analyzeFile } from './analyze-file.ts';
import { analyzeSegment } from './analyze-segment.ts';
import { hashFile } from './hash-file.ts';
import type { AnyResult, AnyTask } from './types.ts';

/** Does one task, on whatever thread it is called. Throws CaptureError where a capture cannot be read at all. */
export async function runTask(task: AnyTask): Promise<AnyResult> {
  switch (task.kind) {
    case 'file':
      return analyzeFile(task);
    case 'segment':
      return analyzeSegment(task);
    case 'hash':
      return { kind: 'hash', hashes: task.paths.map(hashFile) };
  }
}
