import { dynamicRange, formatPortRange } from '../../catalog/index.ts';
import type { Context, Judged } from '../context.ts';
import { accuses, isBlocked } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { isNeeded, isSymptom, severityOf } from '../need-severity.ts';
import { findingOf } from '../new-finding.ts';
import { rpcText } from '../rpc-view.ts';
import type { Certainty, Finding } from '../types.ts';
import { called, likelyNote, whatHappened } from '../wording.ts';

/** Frame numbers that one finding lists. */
const FRAMES = 5;

/** The endpoint mapper told a client a port, and the client does not get through to it. */
export const rpcDynamicBlocked: Kind = {
  meta: { id: 'rpc-dynamic-blocked', title: 'RPC ports are handed out and blocked', severity: 'high' },
  find: (context) =>
    [...context.rpc.blocked].flatMap((judged) =>
      judged.reach.state === 'blocked' ? tell(judged, judged.reach.certainty, context) : [],
    ),
};

function tell(judged: Judged, certainty: Certainty, context: Context): Finding[] {
  const { conversation, verdict } = judged;
  const { client, server, port } = conversation;
  const { mapping, told } = context.rpc.explanationOf(conversation)!;
  const expected = verdict.kind === 'expected' ? verdict.matches : [];
  const needed = expected.filter(({ need }) => isNeeded(need));
  if (needed.length === 0) return [];
  const order = context.rpc.rules(client, server, context.rpc.explanationOf(conversation)).map(({ rule }) => rule.id);
  // The matches come with the most binding first; among equals the rule that speaks of this interface.
  const ranked = needed
    .filter(({ need }) => need === needed[0].need)
    .sort((a, b) => order.indexOf(a.rule.id) - order.indexOf(b.rule.id));
  const { rule, need } = ranked[0];
  const other = context.rpc.otherPort(conversation);
  const fates = conversation.fates.filter((fate) => isBlocked(fate) || accuses(fate));
  const range = formatPortRange(dynamicRange(server.endpoint));
  const isOutside = context.rpc.isOutOfRange(server, port);
  const place = context.place(told.frame);
  const notes = [
    need === 'conditional' && rule.condition !== null ? `Needed where: ${rule.condition}.` : null,
    other === null ? null : `The same interface works on tcp/${other.port}.`,
    certainty === 'likely' && !isSymptom(fates) ? likelyNote(conversation, fates) : null,
  ].filter((note) => note !== null);
  return fates.map((fate) => {
    const finding = findingOf(
      {
        kind: rpcDynamicBlocked.meta.id,
        severity: severityOf(need, fates, other !== null),
        certainty,
        message: [
          `${called(server)} told ${called(client)} on tcp/135 that ${rpcText(mapping)} listens on tcp/${port} (frame ${place.frame}); the connection to that port does not get through: ${whatHappened(fate)}.`,
          ...notes,
        ].join(' '),
        remedy: remedyOf(judged, fate.outcome, isOutside ? `${range} and tcp/${port}` : range),
        rule: ranked.map((match) => match.rule.id),
        source: rule.source,
      },
      conversation,
      [fate],
      context,
    );
    return withMapping(finding, place);
  });
}

function remedyOf({ conversation }: Judged, outcome: string, ports: string): string {
  const { client, server } = conversation;
  const open = `Allow tcp ${ports} from ${called(client)} to ${called(server)} on every firewall between them, the host firewall included: the port is another one after each restart, so the whole range has to be open. If that is too much, give the servers a smaller range or fixed ports, and set dynamic_rpc_range in the topology.`;
  return outcome === 'refused'
    ? `${open} A reset may also come from ${called(server)} itself, where the service ended after it was told: see whether it runs (portqry or rpcdump on 135 lists what is registered).`
    : open;
}

/** The answer that told the port comes first in the evidence, where it lies in the same capture. */
function withMapping(finding: Finding, place: { capture: string; frame: number }): Finding {
  if (finding.capture !== place.capture) return finding;
  const frames = [...new Set([place.frame, ...finding.frames])].sort((a, b) => a - b);
  const filter = finding.display_filter;
  return {
    ...finding,
    frames: frames.slice(0, FRAMES),
    display_filter: filter?.replace(/tcp\.port == \d+$/, `tcp.port in {135, ${finding.dest_port}}`) ?? null,
  };
}
