import type { Context, Judged } from '../context.ts';
import { SERVICE_NAMES } from '../expected-services.ts';
import type { Kind } from '../kind.ts';
import { endsOf, evidenceOf, findingOf } from '../new-finding.ts';
import { rpcText } from '../rpc-view.ts';
import type { Finding } from '../types.ts';
import { type Passage, passageOf } from '../verdicts.ts';
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

function tellOne({ conversation, reach }: Judged, context: Context): Finding {
  const { client, server, fates } = conversation;
  const passage = passageOf(conversation, reach);
  const what: Record<Passage, string> = {
    through: `talks to ${called(server)} on ${portText(conversation)}${carried(conversation, context)}`,
    stopped: `tried ${portText(conversation)} of ${called(server)} and did not get through`,
    unknown: `tried ${portText(conversation)} of ${called(server)}, and the capture does not show whether it got through`,
  };
  const explanation = context.rpc.explanationOf(conversation);
  const mapped =
    explanation === null
      ? ''
      : ` The port is RPC: ${called(server)} handed it out for ${rpcText(explanation.mapping)} (frame ${context.place(explanation.told.frame).frame}).`;
  return findingOf(
    {
      kind: unexpectedPort.meta.id,
      severity: passage === 'through' ? 'medium' : 'low',
      certainty: fates.every((fate) => fate.inferred === fate.count) ? 'likely' : 'proven',
      message: `${called(client)} ${what[passage]}; no rule expects it.${mapped}`,
      remedy: REMEDY,
      rule: [],
      source: null,
    },
    conversation,
    fates,
    context,
  );
}

/** The protocol that the first bytes show, in brackets. */
function carried({ server, proto, port }: Judged['conversation'], { servicesOn }: Context): string {
  const seen = servicesOn(server, proto, port);
  return seen.length === 0 ? '' : ` (${seen.map((service) => SERVICE_NAMES[service]).join(', ')})`;
}

function tellMany(pair: Judged[], context: Context): Finding {
  const { client, server } = pair[0].conversation;
  const open = pair.filter(({ conversation, reach }) => passageOf(conversation, reach) === 'through');
  const named = (open.length > 0 ? open : pair).slice(0, PORTS_NAMED).map(({ conversation }) => portText(conversation));
  const fates = pair.flatMap(({ conversation }) => conversation.fates);
  return {
    kind: unexpectedPort.meta.id,
    severity: 'medium',
    certainty: 'proven',
    message: `${called(client)} tried ${counted(pair.length, 'port')} of ${called(server)} that no rule expects, as a port scan does; ${open.length} of them answered${named.length > 0 ? ` (${named.join(', ')}${(open.length || pair.length) > PORTS_NAMED ? ', …' : ''})` : ''}.`,
    remedy: `Find out what runs on ${called(client)}: a scanner of your own (inventory, monitoring, a security review), or one program that uses all of these ports, which belongs into "expect" in the topology as a range. If nobody knows of it, treat ${called(client)} as compromised: take it off the network and look at it.`,
    rule: [],
    source: null,
    ...endsOf(client, server),
    proto: null,
    dest_port: null,
    outcome: null,
    display_filter: pairFilter(client, server),
    ...evidenceOf(fates, context),
    drop: null,
  };
}
