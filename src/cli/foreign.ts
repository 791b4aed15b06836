import type { Report } from '../assess/types.ts';
import { foreignTopology } from '../report/foreign-topology.ts';
import { printable } from '../report/printable.ts';
import type { Terminal } from './terminal.ts';

/** True where the topology is of another network than the captures, so that nothing was judged; standard error is told. */
export function tellForeign(report: Report, terminal: Terminal): boolean {
  const foreign = foreignTopology(report);
  if (foreign !== null) terminal.err(`pcapcheck: ${printable(foreign)}\n`);
  return foreign !== null;
}
