import type { Context, Judged } from '../context.ts';
import { works } from '../conversations.ts';
import type { Kind } from '../kind.ts';
import { nameHint } from '../name-hints.ts';
import { endsOf, evidenceOf } from '../new-finding.ts';
import type { Peer } from '../peers.ts';
import type { Finding } from '../types.ts';
import { passageOf } from '../verdicts.ts';
import { addressFilter, called, counted, portText } from '../wording.ts';

/** Strangers told one by one; the rest are summed up, so that a flood of forged addresses does not flood the report. */
const STRANGERS_TOLD_APART = 100;
/** Conversations named in a message. */
const NAMED = 4;

/** An address that the topology does not list talks with one that it lists, and no rule expects it. */
export const unknownEndpoint: Kind = {
  meta: { id: 'unknown-endpoint', title: 'Addresses missing in the topology', severity: 'low' },
  find(context) {
    const byStranger = new Map<number, { stranger: Peer; judged: Judged[] }>();
    for (const judged of context.judged) {
      if (judged.verdict.kind !== 'unknown-endpoint') continue;
      const { stranger } = judged.verdict;
      const known = byStranger.get(stranger.number);
      if (known === undefined) byStranger.set(stranger.number, { stranger, judged: [judged] });
      else known.judged.push(judged);
    }
    const all = [...byStranger.values()];
    const told = all.slice(0, STRANGERS_TOLD_APART).map((one) => tell(one.stranger, one.judged, context));
    const rest = all.slice(STRANGERS_TOLD_APART);
    return rest.length === 0
      ? told
      : [
          ...told,
          tellRest(
            rest.flatMap(({ judged }) => judged),
            rest.length,
            context,
          ),
        ];
  },
};

const REMEDY =
  'Add the address to hosts or networks in the topology, with its roles, so that its traffic can be judged.';
/** Where something failed, the reader must know that it may be what they look for. */
const REMEDY_WHERE_SOMETHING_FAILED =
  'Add the address to hosts or networks in the topology, with its roles: only then can what failed be told as blocked. ' +
  'In a topology that learn proposed, the address stands in a comment, with the role that it may have.';

function tell(stranger: Peer, judged: Judged[], context: Context): Finding {
  const asClient = judged.every(({ conversation }) => conversation.client === stranger);
  const asServer = judged.every(({ conversation }) => conversation.server === stranger);
  const single = judged.length === 1 ? judged[0].conversation : null;
  const came = judged.filter((one) => passageOf(one.conversation, one.reach) === 'through');
  const tried = judged.filter((one) => !came.includes(one));
  const did = [
    came.length > 0
      ? `${asServer ? 'serves' : asClient ? 'uses' : 'has traffic with'} ${listed(came, stranger)}`
      : null,
    tried.length > 0
      ? `${asServer ? 'is tried on' : asClient ? 'tries' : 'is seen with attempts at'} ${listed(tried, stranger)} without success in this capture`
      : null,
  ];
  const inside = stranger.endpoint.kind === 'internet' ? 'an internet address on no list' : 'not in the topology';
  const fates = judged.flatMap(({ conversation }) => conversation.fates);
  const hint = nameHint(stranger.ip, context);
  const calledSo = hint === null ? '' : ` (${hint})`;
  return {
    kind: unknownEndpoint.meta.id,
    severity: fates.some(works) ? 'low' : 'info',
    certainty: 'proven',
    message: `${stranger.ip}${calledSo} is ${inside} and ${did.filter((part) => part !== null).join('; it ')}.`,
    remedy: tried.length > 0 ? REMEDY_WHERE_SOMETHING_FAILED : REMEDY,
    rule: [],
    source: null,
    ...endsOf(single?.client ?? (asClient ? stranger : null), single?.server ?? (asServer ? stranger : null)),
    proto: single?.proto ?? null,
    dest_port: single?.port ?? null,
    outcome: single === null ? null : single.fates[0].outcome,
    display_filter: addressFilter(stranger),
    subject: stranger.ip,
    ...evidenceOf(fates, context),
    ...(single === null ? { drop: null } : {}),
  };
}

/** The first conversations in words. */
function listed(judged: readonly Judged[], stranger: Peer): string {
  const named = judged
    .slice(0, NAMED)
    .map(({ conversation }) =>
      conversation.client === stranger
        ? `${portText(conversation)} of ${called(conversation.server)}`
        : `${portText(conversation)} for ${called(conversation.client)}`,
    );
  return `${named.join(', ')}${judged.length > NAMED ? `, and ${judged.length - NAMED} more` : ''}`;
}

function tellRest(judged: Judged[], strangers: number, context: Context): Finding {
  return {
    kind: unknownEndpoint.meta.id,
    severity: 'low',
    certainty: 'proven',
    message: `${counted(strangers, 'more address', 'more addresses')} that the topology does not list ${strangers === 1 ? 'has' : 'have'} traffic with it.`,
    remedy: REMEDY,
    rule: [],
    source: null,
    ...endsOf(null, null),
    proto: null,
    dest_port: null,
    outcome: null,
    display_filter: null,
    subject: 'more addresses',
    ...evidenceOf(
      judged.flatMap(({ conversation }) => conversation.fates),
      context,
    ),
    drop: null,
  };
}
