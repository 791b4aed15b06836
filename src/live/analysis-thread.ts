import { parentPort, workerData } from 'node:worker_threads';
import { LiveAnalysis } from './live-analysis.ts';
import type { AnalysisData } from './messages.ts';

// Entry of the analysis thread of a live run.
const analysis = new LiveAnalysis(workerData as AnalysisData, (event, transfer = []) =>
  parentPort?.postMessage(event, transfer),
);
parentPort?.on('message', () => analysis.merged());
analysis.start();
