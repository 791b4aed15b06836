import type { Report } from '../assess/types.ts';
import { counted } from './quantity.ts';

/**
 * A sentence where nothing of the captures was held against the topology, and why; null otherwise. No findings are no good news then: a job
 * that went on so, with a capture that failed or the topology of another network, would stay green for ever.
 */
export function nothingJudged(report: Report): string | null {
  const { captures, coverage, connections, findings, excepted } = report;
  if (excepted.length > 0 || findings.some(({ severity }) => severity !== 'info')) return null;
  const [where, hold] = captures.length === 1 ? ['the capture', 'holds'] : ['the captures', 'hold'];
  if (coverage.frames === 0) return `${where} ${hold} no frames.`;
  if (connections.total === 0) return `${where} ${hold} no TCP or UDP connection.`;
  if (connections.not_judged < connections.total) return null;
  return foreignTopology(report, where) ?? unspokenOf(report, where, hold);
}

/** No end of any connection is listed; listed ends would be among the endpoints. */
function foreignTopology({ topology, endpoints, connections }: Report, where: string): string | null {
  if (topology === null || endpoints.length > 0) return null;
  return (
    `${topology.path} lists no end of the ${counted(connections.total, 'connection')} in ${where}, so nothing was judged: ` +
    'give the topology of the network that was captured ("pcapcheck learn" proposes one).'
  );
}

function unspokenOf({ connections }: Report, where: string, hold: string): string {
  return `${where} ${hold} ${counted(connections.total, 'connection')}, and none that the topology and the rules speak of; is it the right topology, and do its hosts have roles?`;
}
