/** From what zod found to problems with places and suggestions. */

import type * as z from 'zod';
import { nearest } from '../catalog/nearest.ts';
import { suggestRole } from '../catalog/roles.ts';
import { MOST_PROBLEMS, type Problem, printable } from './errors.ts';
import { KNOWN_KEYS, meant } from './schema.ts';
import type { Path, YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/** Keys that people write for one of ours and that no edit distance finds. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  ip: 'addresses',
  ips: 'addresses',
  subnet: 'cidr',
  network: 'cidr',
  prefix: 'cidr',
  hostname: 'name',
  operating_system: 'os',
  protocol: 'transport',
  proto: 'transport',
  dest: 'to',
  source: 'from',
  deny: 'forbid',
  allow: 'expect',
};

/** The problems behind the first issues; `more` is the number of issues left out. */
export function problemsOf(error: z.ZodError, source: YamlSource): { problems: Problem[]; more: number } {
  const told = error.issues.slice(0, MOST_PROBLEMS);
  const problems = told.flatMap((issue) => fromIssue(issue, issue.path, source));
  return { problems, more: error.issues.length - told.length };
}

function fromIssue(issue: Issue, path: Path, source: YamlSource): Problem[] {
  if (path.length > 0 && isMissing(path, source.value)) {
    return [source.problem(path.slice(0, -1), `'${String(path.at(-1))}' is missing`)];
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => source.problemAtKey(path, key, unknownKey(key, path)));
  }
  if (issue.code === 'custom' && typeof issue.params?.unknownRole === 'string') {
    return [source.problem(path, issue.message + meant(suggestRole(issue.params.unknownRole)))];
  }
  if (issue.code === 'invalid_union') {
    // Of a choice such as `true` or a mapping: report what is wrong within the one that was evidently meant.
    const fitting = issue.errors.filter(
      (issues) => !issues.some((i) => i.path.length === 0 && i.code === 'invalid_type'),
    );
    if (fitting.length === 1) {
      return fitting[0]!.flatMap((inner) => fromIssue(inner, [...path, ...inner.path], source));
    }
  }
  return [source.problem(path, issue.message)];
}

function unknownKey(key: string, path: Path): string {
  const shape = path.map((step) => (typeof step === 'number' ? '*' : String(step))).join('.');
  const known = KNOWN_KEYS[shape] ?? [];
  const other = OTHER_WORDS[key.toLowerCase()];
  const begun = key.length > 2 ? known.find((name) => name.startsWith(key.toLowerCase())) : undefined;
  const suggestion = (other && known.includes(other) ? other : begun) ?? nearest(key, known);
  return `unknown key '${printable(key)}'${meant(suggestion)}`;
}

function isMissing(path: Path, value: unknown): boolean {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return false;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at === undefined;
}
