import type { Names } from './part.ts';

/**
 * Most distinct names, IPv6 addresses of answers, and rows kept of a capture: some 100 MB if all of them are used up. What comes later
 * is counted only.
 */
export interface NameLimits {
  names: number;
  nameBytes: number;
  hosts: number;
  lookups: number;
  answers: number;
  aliases: number;
  visits: number;
}
export const NAME_LIMITS: NameLimits = {
  names: 2 ** 18,
  nameBytes: 2 ** 24,
  hosts: 2 ** 18,
  lookups: 2 ** 18,
  answers: 2 ** 19,
  aliases: 2 ** 16,
  visits: 2 ** 20,
};
/** What keeps the names of a small site in however little memory. */
const LEAST_NAMES = 1024;

/** The limits in a share of the memory that NAME_LIMITS are for, from 0 to 1. */
export function nameLimits(share: number): NameLimits {
  const of = (limit: number): number => Math.max(LEAST_NAMES, Math.floor(limit * share));
  const { names, nameBytes, hosts, lookups, answers, aliases, visits } = NAME_LIMITS;
  return {
    names: of(names),
    nameBytes: Math.max(LEAST_NAMES * MAX_NAME, Math.floor(nameBytes * share)),
    hosts: of(hosts),
    lookups: of(lookups),
    answers: of(answers),
    aliases: of(aliases),
    visits: of(visits),
  };
}

/** Most distinct paths and protocols, and bytes of all of them. */
export const MAX_DETAILS = 2 ** 14;
export const MAX_DETAIL_BYTES = 2 ** 20;
/** Bytes of a name (RFC 1035 section 3.1). */
export const MAX_NAME = 255;

/** Tables of rows with limits of their own, which may count what they had no room for. */
export const NAME_ROWS = ['lookups', 'answers', 'aliases', 'visits'] as const;

/**
 * True where what a part left out may depend on where a capture was cut: a part that is full cannot know which names came before it. Then
 * the capture has to be read as one part.
 */
export function namesOverflow(parts: readonly Names[], limits: NameLimits = NAME_LIMITS): boolean {
  const sum = (count: (part: Names) => number): number => parts.reduce((total, part) => total + count(part), 0);
  return (
    sum(({ names }) => names.dropped) > 0 ||
    sum(({ names }) => names.count) > limits.names ||
    sum(({ names }) => names.offsets[names.count]) > limits.nameBytes ||
    sum(({ details }) => details.count) > MAX_DETAILS ||
    sum(({ details }) => details.offsets[details.count]) > MAX_DETAIL_BYTES ||
    sum(({ hostCount }) => hostCount) > limits.hosts ||
    sum(({ hostsDropped, details }) => hostsDropped + details.dropped) > 0 ||
    sum(({ firsts }) => firsts.count) > limits.visits ||
    NAME_ROWS.some((rows) => sum((part) => part[rows].count) > limits[rows] || sum((part) => part[rows].dropped) > 0)
  );
}
