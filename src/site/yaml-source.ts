/** YAML text of unknown origin, read within limits, that can tell where each value stands. */

import {
  Alias,
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLParseError,
} from 'yaml';
import { type Problem, printable, SiteError } from './errors.ts';
import type { Place } from './types.ts';

/** Bytes of a topology; one of ten thousand hosts takes about one. */
const LARGEST = 8 * 1024 * 1024;
/** Values that aliases may repeat; "billion laughs" needs millions. */
const MOST_ALIASES = 100;

/** One slip often makes a parser stumble over everything behind it. */
const MOST_SYNTAX_ERRORS = 5;

export type Path = readonly PropertyKey[];

/** Takes one problem at a place of the file. */
export type Report = (path: Path, message: string) => void;

export class YamlSource {
  /** The value as plain objects; unknown until a schema has seen it. */
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** Throws SiteError: too-large, too-complex, not-yaml. */
  constructor(text: string, path: string) {
    if (text.length > LARGEST)
      throw fail('too-large', path, `is larger than ${LARGEST / 1024 / 1024} MB; is it a topology?`);
    if (text.includes('\u0000')) throw fail('not-yaml', path, 'holds zero bytes, so it is no YAML text');
    this.#lines = new LineCounter();
    try {
      this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, logLevel: 'silent' });
    } catch {
      throw fail('too-complex', path, 'is nested too deep to be a topology');
    }
    const { errors } = this.#document;
    if (errors.length > 0) {
      const [first] = errors;
      if (!LOOKS_LIKE_TOPOLOGY.test(text)) {
        const why = sentenceOf(first, text);
        const problem = this.#at(
          first.pos[0],
          `this is no YAML (${why}), and nothing in the file looks like a topology`,
        );
        throw new SiteError('not-yaml', path, [problem]);
      }
      const told = errors.slice(0, MOST_SYNTAX_ERRORS);
      const problems = told.map((error) => this.#at(error.pos[0], sentenceOf(error, text)));
      throw new SiteError('not-yaml', path, problems, errors.length - told.length);
    }
    try {
      this.value = this.#document.toJS({ maxAliasCount: MOST_ALIASES });
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw fail('too-complex', path, 'is nested too deep to be a topology');
      const alias = /^Unresolved alias[^:]*: (.*)$/.exec(error.message);
      if (alias)
        throw fail('not-yaml', path, `uses the alias '*${printable(alias[1]!)}', which is not defined before it`);
      throw fail('too-complex', path, 'repeats too much through aliases to be a topology');
    }
  }

  /** A problem at the value that `path` leads to, or at the nearest one above it that exists. */
  problem(path: Path, message: string): Problem {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#node(path.slice(0, length));
      if (node?.range) return this.#at(node.range[0], message);
    }
    return this.#at(0, message);
  }

  /** Where the value stands that `path` leads to; undefined where there is none. */
  place(path: Path): Place | undefined {
    const range = this.#node(path)?.range;
    if (!range) return undefined;
    const { line, column } = this.#at(range[0], '');
    return { line: line ?? 1, column: column ?? 1 };
  }

  /** A problem at a key of the mapping that `path` leads to. */
  problemAtKey(path: Path, key: string, message: string): Problem {
    const node = this.#node(path);
    if (isMap(node)) {
      for (const pair of node.items) {
        if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key && pair.key.range) {
          return this.#at(pair.key.range[0], message);
        }
      }
    }
    return this.problem(path, message);
  }

  #node(path: Path): Node | undefined {
    let node: unknown = this.#document.contents;
    for (const step of path) {
      if (node instanceof Alias) node = node.resolve(this.#document);
      if (!isNode(node) || !('get' in node)) return undefined;
      node = (node as { get(key: unknown, keep: true): unknown }).get(step, true);
    }
    return isNode(node) ? node : undefined;
  }

  #at(offset: number, message: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1), message };
  }
}

function fail(code: 'too-large' | 'too-complex' | 'not-yaml', path: string, message: string): SiteError {
  return new SiteError(code, path, [{ line: null, column: null, message }]);
}

/** A key of a topology at the start of a line: whoever wrote it meant one, and every error is worth telling. */
const LOOKS_LIKE_TOPOLOGY =
  /^["']?(?:version|name|hosts|networks|settings|catalogs|expect|forbid|exceptions)["']?\s*:/m;

/** Lists of a topology; a second one is mostly pasted, and its items belong to the first. */
const LISTS = /^(?:hosts|networks|expect|forbid|exceptions)$/;
const LONGEST_KEY = 64;

/** The parser's first line, without the picture that follows it; a key that stands twice by its name. */
function sentenceOf({ code, message, pos: [at] }: YAMLParseError, text: string): string {
  const key =
    code === 'DUPLICATE_KEY' ? /^["']?([^\s"':,{}[\]]+)/.exec(text.slice(at, at + LONGEST_KEY))?.[1] : undefined;
  if (key === undefined) return printable(message.split('\n')[0]!.replace(/:$/, ''), 200);
  const remedy = LISTS.test(key) ? ': put the lines below it under the first one' : '';
  return `'${printable(key)}' stands here a second time${remedy}`;
}
