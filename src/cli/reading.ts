import { type Analysis, type AnalyzeOptions, analyze } from '../engine/analyze.ts';
import { printable } from '../report/printable.ts';
import { progressLine } from '../report/progress.ts';
import type { Terminal } from './terminal.ts';

/** Reads captures with a progress line on standard error. */
export async function readCaptures(
  paths: readonly string[],
  options: { workers?: number; quiet?: boolean },
  terminal: Terminal,
): Promise<Analysis> {
  const line = options.quiet ? null : progressLine(terminal.stderr);
  const doing = `Reading ${paths.length === 1 ? printable(paths[0]) : `${paths.length} captures`}`;
  const settings: AnalyzeOptions = {
    onProgress: ({ bytesRead, bytesTotal, frames }) =>
      line?.update({ doing, bytes: bytesRead, totalBytes: bytesTotal, packets: frames }),
  };
  if (options.workers !== undefined) settings.workers = options.workers;
  try {
    return await analyze(paths, settings);
  } finally {
    line?.clear();
  }
}
