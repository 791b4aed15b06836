import type { Report } from '../assess/types.ts';
import { counted } from './quantity.ts';

/**
 * A sentence where the topology has nothing to do with the capture: there are connections, no end of any of them is listed, and so nothing
 * was judged. Null otherwise; a capture without connections proves nothing against the topology.
 */
export function foreignTopology(report: Report): string | null {
  const { topology, captures, connections, endpoints } = report;
  const isForeign =
    topology !== null &&
    connections.total > 0 &&
    connections.not_judged === connections.total &&
    endpoints.length === 0 &&
    report.findings.every(({ severity }) => severity === 'info');
  if (!isForeign) return null;
  const where = captures.length === 1 ? 'the capture' : 'the captures';
  return (
    `${topology.path} lists no end of the ${counted(connections.total, 'connection')} in ${where}, so nothing was judged: ` +
    'give the topology of the network that was captured ("pcapcheck learn" proposes one).'
  );
}
