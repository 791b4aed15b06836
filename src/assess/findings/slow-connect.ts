import type { Context, Judged } from '../context.ts';
import type { Fate } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { findingOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { called, portText, ruleText } from '../wording.ts';

/** Expected connections that opened, but only after the client had repeated its SYN and waited. */
export const slowConnect: Kind = {
  meta: { id: 'slow-connect', title: 'Slow to open', severity: 'info' },
  find(context) {
    return context.judged.flatMap((judged) => {
      const slow = judged.conversation.fates.filter(({ slowest }) => slowest > 0);
      return slow.length === 0 ? [] : tell(judged, slow, context);
    });
  },
};

function tell({ conversation, verdict }: Judged, slow: Fate[], context: Context): Finding[] {
  if (verdict.kind !== 'expected') return [];
  const { client, server, connections } = conversation;
  const { rule } = verdict.matches[0];
  const count = slow.reduce((sum, fate) => sum + fate.count, 0);
  const longest = Math.max(...slow.map(({ slowest }) => slowest)) / 1e9;
  const way = `${portText(conversation)} from ${called(client)} to ${called(server)}`;
  return [
    findingOf(
      {
        kind: slowConnect.meta.id,
        severity: 'info',
        certainty: 'proven',
        message: `${called(client)} reaches ${called(server)} on ${portText(conversation)}, ${ruleText(rule)}, but ${opened(count, connections)} ${longest.toFixed(1)} s.`,
        remedy: `Look for lost packets on the way of ${way} (a full link, a duplex mismatch, one of several paths that drops), and for a server that is overloaded or just started. Where the display filter shows no answer to the first SYN, it or its answer got lost; where it shows a reset, nothing listened yet; where it shows an ACK alone, the server still held an older connection on the same ports.`,
        rule: verdict.matches.map((match) => match.rule.id),
        source: rule.source,
      },
      conversation,
      slow,
      context,
    ),
  ];
}

/** How many of the connections, up to the time of the slowest. */
function opened(slow: number, all: number): string {
  if (all === 1) return 'the connection opened only after a repeated SYN, after';
  const which = slow === all ? `all ${all}` : `${slow} of ${all}`;
  return `${which} connections opened only after a repeated SYN, the slowest after`;
}
