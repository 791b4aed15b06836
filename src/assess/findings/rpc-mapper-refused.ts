import { rpcInterface, rpcInterfaceText } from '../../catalog/index.ts';
import { compareMoments } from '../../stories/moment.ts';
import type { RpcRefusal } from '../../stories/rpc-stories.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { isNeeded } from '../need-severity.ts';
import { isListed } from '../peers.ts';
import { rpcFinding } from '../rpc-finding.ts';
import type { Finding } from '../types.ts';
import { called, counted, pairFilter } from '../wording.ts';

/** The endpoint mapper answers, and has no port for the interface that was asked for. */
export const rpcMapperRefused: Kind = {
  meta: { id: 'rpc-mapper-refused', title: 'The endpoint mapper knows no port', severity: 'medium' },
  find: (context) => context.rpc.view.stories.refusals.flatMap((refusal) => tell(refusal, context)),
};

function tell(refusal: RpcRefusal, context: Context): Finding[] {
  const client = context.peerOf(refusal.client);
  const server = context.peerOf(refusal.server);
  if (client === null || server === null || !isListed(client) || !isListed(server)) return [];
  if (cameLater(refusal, context)) return [];
  const matches = context.rpc.rules(client, server, null);
  const isMissed = rpcInterface(refusal.interface) !== null && matches.some(({ need }) => isNeeded(need));
  const what = rpcInterfaceText(refusal.interface);
  return [
    rpcFinding(
      {
        kind: rpcMapperRefused.meta.id,
        severity: isMissed ? 'medium' : 'low',
        certainty: 'proven',
        message: `${called(client)} asked the endpoint mapper of ${called(server)} (tcp/135) for ${what}, and ${ANSWERS[refusal.reason](refusal)}${refusal.count === 1 ? '' : ` (${counted(refusal.count, 'time')})`}. No packet filter does that: tcp/135 gets through.`,
        remedy: REMEDIES[refusal.reason](called(server), what),
        rule: matches.map(({ rule }) => rule.id),
        source: matches[0]?.rule.source ?? null,
        outcome: 'established',
        client,
        server,
        port: 135,
        count: refusal.count,
        moments: [refusal.asked, refusal.first, refusal.last],
        display_filter: `${pairFilter(client, server)} && tcp.port == 135`,
      },
      context,
    ),
  ];
}

/** The service started meanwhile: the same server handed the interface out after the last refusal. */
function cameLater({ server, interface: id, last }: RpcRefusal, { rpc }: Context): boolean {
  return rpc.view.stories.mappings.some(
    (mapping) => mapping.server === server && mapping.interface === id && compareMoments(mapping.last, last) > 0,
  );
}

const ANSWERS: Record<RpcRefusal['reason'], (refusal: RpcRefusal) => string> = {
  'not-registered': () => 'it knows no port for it',
  'access-denied': () => 'it denied access',
  fault: ({ status }) => {
    const name = FAULTS[status];
    return `it answered with the fault 0x${status.toString(16).padStart(8, '0')}${name === undefined ? '' : `, ${name}`}`;
  },
};

/** Faults in words (C706 appendix E; MS-RPCE section 2.2.1.1.2). */
const FAULTS: Readonly<Record<number, string>> = {
  1752: 'it cannot do that (EPT_S_CANT_PERFORM_OP)',
  1783: 'it cannot read the question (RPC_X_BAD_STUB_DATA)',
  469762077: 'the level of authentication is not supported',
  469827587: 'it does not know the interface of the mapper',
  469827604: 'it is too busy',
};

const REMEDIES: Record<RpcRefusal['reason'], (server: string, what: string) => string> = {
  'not-registered': (server, what) =>
    `On ${server}, see that the service behind ${what} is installed and runs; a service registers its ports when it starts. Whether the client asked the right server is the second question.`,
  'access-denied': (server) =>
    `On ${server}, see the policy "Restrict unauthenticated RPC clients" and the RPC filters (netsh rpc filter show filter).`,
  fault: (server) => `Look at the event log of ${server} for the RPC service (RpcSs, RpcEptMapper).`,
};
