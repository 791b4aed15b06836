/** From signs to roles, by the table of evidence. */
import { expandRoles } from '../catalog/roles.ts';
import { CONFIDENCES, type Condition, type Confidence, EVIDENCE, type EvidenceRow } from './evidence.ts';
import type { Seen, Sign } from './signs.ts';

/** A role that an address seems to have, and the signs that say so. */
export interface RoleSeen {
  role: string;
  spelling: string;
  confidence: Confidence;
  member: boolean;
  /** Worth a word only where there is no other role. */
  alone: boolean;
  signs: readonly Sign[];
}

/** Roles of each address, by address; the weak ones too. */
export type Judgement = ReadonlyMap<Seen, readonly RoleSeen[]>;

/** Roles that depend on roles of others are looked for again until nothing changes; no chain of the table is longer. */
const MOST_ROUNDS = 4;

/**
 * Judges all addresses.
 * @param isInside whether an address belongs to the site
 * @param given roles that the topology gives an address; null where it does not list it
 */
export function judge(
  all: readonly Seen[],
  isInside: (seen: Seen) => boolean,
  given: (seen: Seen) => readonly string[] | null,
): Judgement {
  let judgement = new Map<Seen, readonly RoleSeen[]>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const before = judgement;
    const held = new Map<Seen, ReadonlySet<string>>();
    const has = (peer: Seen, roles: readonly string[]): boolean => {
      let known = held.get(peer);
      if (known === undefined) {
        const own = (before.get(peer) ?? []).flatMap(({ role, confidence }) => (confidence === 'weak' ? [] : [role]));
        known = expandRoles(given(peer) ?? own);
        held.set(peer, known);
      }
      return roles.some((role) => known.has(role));
    };
    judgement = new Map(all.map((seen) => [seen, rolesOf(seen, isInside(seen), has)]));
    if (summary(judgement) === summary(before)) break;
  }
  return judgement;
}

function summary(judgement: Judgement): string {
  return [...judgement]
    .map(([{ address }, roles]) => `${address} ${roles.map(({ role, confidence }) => role + confidence).join(' ')}`)
    .join('\n');
}

type Has = (peer: Seen, roles: readonly string[]) => boolean;

function rolesOf(seen: Seen, isInside: boolean, has: Has): RoleSeen[] {
  if (seen.signs.size === 0) return [];
  const signs = [...seen.signs.values()];
  const best = new Map<string, RoleSeen>();
  for (const row of EVIDENCE) {
    if (!isInside && !row.public) continue;
    const found = signsFor(row, signs, has);
    if (found === null) continue;
    const { role, spelling, confidence, member, alone } = row;
    const known = best.get(role);
    if (known === undefined) best.set(role, { role, spelling, confidence, member, alone, signs: found });
    else if (rank(confidence) < rank(known.confidence))
      best.set(role, { ...known, spelling, confidence, alone, signs: found });
    // Rows of equal weight support each other: all that they saw is told, in the words of the first.
    else if (rank(confidence) === rank(known.confidence))
      best.set(role, { ...known, signs: [...new Set([...known.signs, ...found])] });
  }
  return [...best.values()];
}

const rank = (confidence: Confidence): number => CONFIDENCES.indexOf(confidence);

/** The signs by which a row holds; null where it does not. */
function signsFor({ all, any, least }: EvidenceRow, signs: readonly Sign[], has: Has): Sign[] | null {
  const found: Sign[] = [];
  for (const condition of all) {
    const matching = matches(condition, signs, has);
    if (matching.length === 0) return null;
    found.push(...matching);
  }
  const some = any.map((condition) => matches(condition, signs, has)).filter(({ length }) => length > 0);
  if (some.length < least) return null;
  return [...new Set([...found, ...some.flat()])];
}

function matches({ side, kind, like, ports, peers, of }: Condition, signs: readonly Sign[], has: Has): Sign[] {
  const found = signs.filter(
    (sign) =>
      sign.side === side &&
      sign.kind === kind &&
      (like === null || like.some((pattern) => pattern.test(sign.value))) &&
      (ports === null || (sign.port !== null && ports.has(sign.port))) &&
      (of === null || [...sign.peers].some((peer) => has(peer, of))),
  );
  if (peers > 0 && new Set(found.flatMap((sign) => [...sign.peers])).size < peers) return [];
  return found;
}
