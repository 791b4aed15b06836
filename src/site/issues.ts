/** From what zod found to problems with places and suggestions. */

import type { z } from 'zod';
import { nearest } from '../catalog/nearest.ts';
import { type Problem, printable } from './errors.ts';
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

export function problemsOf(error: z.ZodError, source: YamlSource): Problem[] {
  return error.issues.flatMap((issue) => fromIssue(issue, issue.path, source));
}

function fromIssue(issue: Issue, path: Path, source: YamlSource): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => source.problemAtKey(path, key, unknownKey(key, path)));
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
  if (issue.code === 'invalid_type' && issue.input === undefined && isMissing(path, source.value)) {
    return [source.problem(path.slice(0, -1), `'${String(path.at(-1))}' is missing`)];
  }
  return [source.problem(path, issue.message)];
}

function unknownKey(key: string, path: Path): string {
  const shape = path.map((step) => (typeof step === 'number' ? '*' : String(step))).join('.');
  const known = KNOWN_KEYS[shape] ?? [];
  const other = OTHER_WORDS[key.toLowerCase()];
  const suggestion = other && known.includes(other) ? other : nearest(key.replaceAll('-', '_'), known);
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
