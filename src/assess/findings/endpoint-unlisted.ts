import { hostPattern } from '../../catalog/host-pattern.ts';
import { roleName } from '../../catalog/roles.ts';
import { windowsPurpose } from '../../catalog/windows-names.ts';
import type { Context } from '../context.ts';
import { type InternetUse, isNamed, isOfWindows, isSiteSystem } from '../internet-view.ts';
import type { Kind } from '../kind.ts';
import { endsOf, evidenceOf } from '../new-finding.ts';
import type { Finding } from '../types.ts';
import { passageOf } from '../verdicts.ts';
import { addressFilter, called, counted } from '../wording.ts';

/** Names told one by one for one host; with more of them the host gets one finding. */
const TOLD_APART = 10;
const NAMES_IN_MESSAGE = 5;

const REMEDY =
  'Find out which program asks for it. If it belongs there, add the name or the address to "allow" of "internet" in the topology; if not, block it: a server that may go anywhere can also be led anywhere.';

/** A site system talks to a name or an address on the internet that is on no list. */
export const endpointUnlisted: Kind = {
  meta: { id: 'endpoint-unlisted', title: 'Internet endpoints on no list', severity: 'medium' },
  find(context) {
    if (!context.internet.hasLists) return [];
    const byHost = new Map<number, Map<string, InternetUse[]>>();
    for (const use of context.internet.uses) {
      if (use.allowed.length > 0 || !isNamed(use) || !isSiteSystem(use.client.endpoint)) continue;
      if (use.reach.state === 'undecided' && use.reach.reason === 'only-reset') continue;
      const names = byHost.get(use.client.party) ?? new Map<string, InternetUse[]>();
      byHost.set(use.client.party, names);
      const key = `${whatOf(use)} tcp/${use.targetPort ?? use.port}`;
      names.set(key, [...(names.get(key) ?? []), use]);
    }
    return [...byHost.values()].flatMap((names) => {
      const all = [...names];
      const ofWindows = all.filter(([, uses]) => uses.every(isOfWindows)).map(([, uses]) => uses);
      const others = all.filter(([, uses]) => !uses.every(isOfWindows));
      return [
        ...(others.length > TOLD_APART
          ? [
              tellMany(
                others.map(([, uses]) => uses),
                context,
              ),
            ]
          : others.map(([key, uses]) => tellOne(key, uses, context))),
        ...(ofWindows.length > 0 ? [tellOfWindows(ofWindows, context)] : []),
      ];
    });
  },
};

/** A proxy that refuses, or never answers, lets nothing through. */
function isThrough({ refusal, unanswered, conversation, fates, reach }: InternetUse): boolean {
  return refusal === null && unanswered === null && passageOf({ ...conversation, fates }, reach) === 'through';
}

function whatOf({ names, server }: InternetUse): string {
  return names.length > 0 ? names.join(' or ') : server.ip;
}

function tellOne(key: string, uses: InternetUse[], context: Context): Finding {
  const { client, server, names, targetPort, by } = uses[0]!;
  const passed = uses.some(isThrough);
  const through = targetPort === null ? '' : ` through ${called(server)}`;
  const what = names.length > 0 ? whatOf(uses[0]!) : `the address ${server.ip}`;
  const others = names.length > 0 ? listedFor(names, context) : '';
  const told = by === 'dns' ? ' By DNS it is this name; the connection itself does not say.' : '';
  return {
    kind: endpointUnlisted.meta.id,
    severity: passed ? 'medium' : 'low',
    certainty: by === 'dns' ? 'likely' : 'proven',
    message: `${called(client)} ${passed ? 'talks' : 'tried to talk'} to ${what} on ${key.slice(key.lastIndexOf(' ') + 1)}${through}, which is on no list of endpoints for its roles.${others}${told}`,
    remedy: REMEDY,
    rule: [],
    source: null,
    ...endsOf(client, server),
    proto: 'tcp',
    dest_port: uses[0]!.port,
    outcome: uses[0]!.fates[0]!.outcome,
    display_filter: `${addressFilter(client)} && ${addressFilter(server)}`,
    subject: `${client.endpoint.name ?? client.ip} ${key}`,
    ...evidenceOf(
      uses.flatMap(({ fates }) => fates),
      context,
    ),
  };
}

/** For which other roles a name is listed, as a sentence. */
function listedFor(names: readonly string[], { index }: Context): string {
  const roles = new Set<string>();
  for (const { rule } of index.rulesFor()) {
    if (rule.endpoint === null || rule.catalog === 'site') continue;
    const pattern = hostPattern(rule.endpoint.host);
    if (names.some((name) => pattern.test(name))) for (const role of rule.from) roles.add(roleName(role));
  }
  return roles.size === 0 ? '' : ` It is listed for other roles or features: ${[...roles].join(', ')}.`;
}

function tellMany(all: InternetUse[][], context: Context): Finding {
  const uses = all.flat();
  const { client } = uses[0]!;
  const named = all.slice(0, NAMES_IN_MESSAGE).map((one) => whatOf(one[0]!));
  return {
    kind: endpointUnlisted.meta.id,
    severity: 'medium',
    certainty: 'proven',
    message: `${called(client)} ${uses.some(isThrough) ? 'talks' : 'tried to talk'} to ${counted(all.length, 'name or address', 'names and addresses')} on the internet that are on no list of endpoints for its roles (${named.join(', ')}, …).`,
    remedy: REMEDY,
    rule: [],
    source: null,
    ...endsOf(client, null),
    proto: 'tcp',
    dest_port: null,
    outcome: null,
    display_filter: addressFilter(client),
    subject: `${client.endpoint.name ?? client.ip} many names`,
    ...evidenceOf(
      uses.flatMap(({ fates }) => fates),
      context,
    ),
  };
}

/** What Windows itself asks for is told once for a host, and accuses nobody. */
function tellOfWindows(all: InternetUse[][], context: Context): Finding {
  const uses = all.flat();
  const { client } = uses[0]!;
  const names = [...new Set(uses.flatMap((use) => use.names))];
  const purposes = [...new Set(names.flatMap((name) => windowsPurpose(name) ?? []))];
  const named = names.slice(0, NAMES_IN_MESSAGE).join(', ');
  const more = names.length > NAMES_IN_MESSAGE ? ', …' : '';
  return {
    kind: endpointUnlisted.meta.id,
    severity: 'info',
    certainty: uses.some(({ by }) => by === 'dns') ? 'likely' : 'proven',
    message: `${called(client)} ${uses.some(isThrough) ? 'talks' : 'tried to talk'} to ${counted(names.length, 'name')} that Windows itself asks for (${purposes.join(', ')}: ${named}${more}); the lists for its roles do not speak of them.`,
    remedy:
      'Nothing is wrong with that. Where servers are to reach listed names only, decide once: add these to "allow" of "internet" in the topology, or switch the features of Windows off that ask for them.',
    rule: [],
    source: null,
    ...endsOf(client, null),
    proto: 'tcp',
    dest_port: null,
    outcome: null,
    display_filter: addressFilter(client),
    subject: `${client.endpoint.name ?? client.ip} names of Windows`,
    ...evidenceOf(
      uses.flatMap(({ fates }) => fates),
      context,
    ),
  };
}
