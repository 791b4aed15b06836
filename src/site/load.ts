/** Reads a topology from text or from a file. */

import { readFile } from 'node:fs/promises';
import { MOST_PROBLEMS, type Problem, SiteError } from './errors.ts';
import { fileText } from './file-text.ts';
import { problemsOf } from './issues.ts';
import { readSite } from './read-site.ts';
import { type SiteFile, siteSchema } from './schema.ts';
import { Site } from './site.ts';
import type { Place, Places, SiteModel } from './types.ts';
import { wellFormedParts } from './well-formed.ts';
import { YamlSource } from './yaml-source.ts';

/** The site that `text` describes; `path` names it in messages. Throws SiteError with every problem. */
export function parseSite(text: string, path = 'site.yaml'): Site {
  const source = new YamlSource(text, path);
  if (source.value === null || source.value === undefined) {
    throw new SiteError('invalid', path, [{ line: null, column: null, message: 'is empty' }]);
  }
  const shape = siteSchema.safeParse(source.value);
  const { problems, more } = shape.success ? { problems: [], more: 0 } : problemsOf(shape.error, source);
  const file: Partial<SiteFile> = shape.success ? shape.data : wellFormedParts(source.value);
  let untold = more;
  const model = readSite(file, path, (at, message) => {
    if (problems.length < 2 * MOST_PROBLEMS) problems.push(source.problem(at, message));
    else untold++;
  });
  if (shape.success && model.hosts.length + model.networks.length === 0 && problems.length === 0) {
    problems.push(source.problem([], 'the topology lists neither hosts nor networks'));
  }
  if (problems.length > 0) throw new SiteError('invalid', path, inOrder(problems), untold);
  return new Site({ ...model, places: placesOf(model, file, source) });
}

/** Where the file states hosts, networks, rules of its own and exceptions. */
function placesOf(model: SiteModel, file: Partial<SiteFile>, source: YamlSource): Places {
  const places = new Map<string, Place>();
  const note = (
    list: 'hosts' | 'networks' | 'expect' | 'forbid' | 'exceptions',
    keyOf: (i: number) => string,
  ): void => {
    for (let i = 0; i < (file[list]?.length ?? 0); i++) {
      const place = source.place([list, i]);
      if (place !== undefined) places.set(keyOf(i), place);
    }
  };
  note('hosts', (i) => `host:${model.hosts[i].name}`);
  note('networks', (i) => `network:${model.networks[i].name}`);
  note('expect', (i) => model.expect[i].id);
  note('forbid', (i) => model.forbid[i].id);
  note('exceptions', (i) => `exception:${model.exceptions[i].id}`);
  return places;
}

/** The site in the file at `path`. Throws SiteError. */
export async function loadSite(path: string): Promise<Site> {
  let text: string;
  try {
    text = fileText(await readFile(path));
  } catch (error) {
    throw new SiteError('not-readable', path, [{ line: null, column: null, message: why(error) }]);
  }
  return parseSite(text, path);
}

function why(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  if (code === 'EBUSY') return 'is open in another program that lets nobody else read it';
  if (code === 'EISDIR') return 'is a directory, not a topology';
  return `cannot be read (${code || 'unknown reason'})`;
}

/** By place, each sentence at a place once. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const once = problems.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
  return once.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
