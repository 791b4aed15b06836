import { analyzeFile } from './analyze-file.ts';
import { analyzeSegment } from './analyze-segment.ts';
import type { Task, TaskResult } from './types.ts';

/** Does one task, on whatever thread it is called. Throws CaptureError where the capture cannot be read at all. */
export async function runTask(task: Task): Promise<TaskResult> {
  return task.kind === 'file' ? analyzeFile(task) : analyzeSegment(task);
}
