/** What is wrong with a topology, told so that its author can repair it. */

/** One thing that is wrong, with its place. */
export interface Problem {
  /** From 1; null where the problem has no place (file not found, too large). */
  readonly line: number | null;
  /** From 1. */
  readonly column: number | null;
  /** One sentence without the place: "unknown role 'managment-point', did you mean 'management-point'?" */
  readonly message: string;
}

/** Problems told at once; a file with more of them has one cause. */
export const MOST_PROBLEMS = 100;

/**
 * not-readable: the file could not be read. too-large, too-complex: limits against hostile files.
 * not-yaml: no YAML, or something that YAML leaves open. invalid: YAML, but no topology.
 */
export type SiteErrorCode = 'not-readable' | 'too-large' | 'too-complex' | 'not-yaml' | 'invalid';

/**
 * A topology that cannot be used; the command that meets it returns 2. Its message holds all problems, one a line, as
 * `site.yaml:12:14 unknown role …`.
 */
export class SiteError extends Error {
  readonly code: SiteErrorCode;
  readonly path: string;
  readonly problems: readonly Problem[];

  /** `more`: problems beyond those given. */
  constructor(code: SiteErrorCode, path: string, problems: readonly Problem[], more = 0) {
    const listed = problems.slice(0, MOST_PROBLEMS);
    const rest = problems.length - listed.length + more;
    const lines = listed.map((problem) => formatProblem(path, problem));
    if (rest > 0) lines.push(`${path}: and ${rest} more ${rest === 1 ? 'problem' : 'problems'}`);
    super(lines.join('\n'));
    this.name = 'SiteError';
    this.code = code;
    this.path = path;
    this.problems = listed;
  }
}

/** Control characters from a file never reach a terminal. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text of a user's file for a message: escaped, and cut where it is long. */
export function printable(text: string, longest = 60): string {
  const escaped = text.replace(UNPRINTABLE, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return escaped.length > longest ? `${escaped.slice(0, longest - 1)}…` : escaped;
}

export function formatProblem(path: string, { line, column, message }: Problem): string {
  return line === null ? `${path}: ${message}` : `${path}:${line}:${column} ${message}`;
}
