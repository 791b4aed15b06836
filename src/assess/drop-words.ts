/** What is said where a host tells that it dropped packets itself. */
import type { DropReport } from './types.ts';

/** `the host that captured dropped the packets itself on their way in, because …`, as the middle of a sentence. */
export function dropText(drop: DropReport): string {
  const what = drop.packets_of === 'client' ? 'the packets' : 'the answers';
  const way = drop.direction === null ? '' : ` on their way ${drop.direction}`;
  if (drop.by === 'firewall-log') return `the firewall log says that Windows dropped ${what}${way}`;
  return `the host that captured dropped ${what} itself${way}, because ${drop.because}`;
}

/** Who says so, for the brackets at the end: `pktmon reason 1207, INET_ReceiveInspection, at tcpip`. */
export function dropSource(drop: DropReport): string {
  if (drop.by === 'firewall-log') return `${drop.log}, line ${drop.line}`;
  if (drop.reason === null) return 'marked as dropped in the capture';
  return `pktmon reason ${drop.reason}, ${drop.name}${drop.component === null ? '' : `, at ${drop.component}`}`;
}
