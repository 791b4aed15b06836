import type { Context, Judged } from '../context.ts';
import { isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { endsOf, evidenceOf, findingOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { called, counted, pairFilter, portText } from '../wording.ts';

/** More ports than this from one address to another are told as one finding: somebody scans, or one program uses them all. */
const PORTS_TOLD_APART = 20;
/** Ports named in the message of such a finding. */
const PORTS_NAMED = 10;

/** Traffic between hosts of the topology that no rule expects. */
export const unexpectedPort: Kind = {
  meta: { id: 'unexpected-port', title: 'Ports nobody expected', severity: 'medium' },
  find(context) {
    const byPair = new Map<string, Judged[]>();
    for (const judged of context.judged) {
      if (judged.verdict.kind !== 'unexpected') continue;
      const { client, server } = judged.conversation;
      const key = `${client.number} ${server.number}`;
      const known = byPair.get(key);
      if (known === undefined) byPair.set(key, [judged]);
      else known.push(judged);
    }
    return [...byPair.values()].flatMap((pair) =>
      pair.length > PORTS_TOLD_APART ? [tellMany(pair, context)] : pair.map((judged) => tellOne(judged, context)),
    );
  },
};

const REMEDY =
  'Find out which program uses it. If it belongs there, add it to "expect" in the topology with a reason; if not, block it.';

function tellOne({ conversation }: Judged, context: Context): Finding {
  const { client, server, fates } = conversation;
  const failed = fates.every(isBlocked);
  const text = failed
    ? `${called(client)} tried ${portText(conversation)} of ${called(server)} and did not get through; no rule expects it.`
    : `${called(client)} talks to ${called(server)} on ${portText(conversation)}; no rule expects it.`;
  return findingOf(
    {
      kind: unexpectedPort.meta.id,
      severity: failed ? 'low' : 'medium',
      certainty: fates.every((fate) => fate.inferred === fate.count) ? 'likely' : 'proven',
      message: text,
      remedy: REMEDY,
      rule: [],
      source: null,
    },
    conversation,
    fates,
    context,
  );
}

function tellMany(pair: Judged[], context: Context): Finding {
  const { client, server } = pair[0].conversation;
  const open = pair.filter(({ conversation }) => !conversation.fates.every(isBlocked));
  const named = (open.length > 0 ? open : pair).slice(0, PORTS_NAMED).map(({ conversation }) => portText(conversation));
  const fates = pair.flatMap(({ conversation }) => conversation.fates);
  return {
    kind: unexpectedPort.meta.id,
    severity: 'medium',
    certainty: 'proven',
    message: `${called(client)} tried ${counted(pair.length, 'port')} of ${called(server)} that no rule expects, as a port scan does; ${open.length} of them answered${named.length > 0 ? ` (${named.join(', ')}${(open.length || pair.length) > PORTS_NAMED ? ', …' : ''})` : ''}.`,
    remedy: REMEDY,
    rule: [],
    source: null,
    ...endsOf(client, server),
    proto: null,
    dest_port: null,
    outcome: null,
    display_filter: pairFilter(client, server),
    ...evidenceOf(fates, context),
  };
}
