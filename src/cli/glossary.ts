/** The words that reports print, and what is said of each. */
import { readFileSync } from 'node:fs';
import { DOCS_URL } from '../product.ts';
import { KIND_LABELS, type KindLabel } from '../report/labels.ts';

/** What a word stands for: parts of the glossary, and kinds of findings that are told in it. */
export interface Entry {
  parts: readonly string[];
  kinds: readonly string[];
}

interface Part {
  names: readonly string[];
  text: string;
}

/** Parts of docs/words.md. Headings name several words with " / " between. */
function readParts(): Part[] {
  const [, ...sections] = readFileSync(new URL('words.md', DOCS_URL), 'utf8').split(/^(?=## )/m);
  return sections.map((section) => ({
    names: section.slice('## '.length, section.indexOf('\n')).split(' / '),
    text: section.trimEnd(),
  }));
}

/** What a kind of finding is called in tables and headings. */
function wordsOf({ word, heading, established, 'no-answer': noAnswer }: KindLabel): string[] {
  return [word, heading.split(':')[0]!, established, noAnswer].filter((each) => each !== undefined);
}

/** Words are the same whatever their case, and ids are written with hyphens. */
const key = (word: string): string => word.toLowerCase().replaceAll('-', ' ').replace(/\s+/g, ' ').trim();

/** Of a rule of the topology its beginning decides. */
const SITE_RULE = /^(site\.\w+)\..+/;

export function glossary(): { names: readonly string[]; find(word: string): Entry | null } {
  const names = new Map<string, string>();
  const parts = new Map<string, string>();
  const kinds = new Map<string, string[]>();
  for (const part of readParts())
    for (const name of part.names) {
      names.set(key(name), name);
      parts.set(key(name), part.text);
    }
  for (const [kind, label] of Object.entries(KIND_LABELS))
    for (const word of new Set(wordsOf(label))) {
      names.set(key(word), names.get(key(word)) ?? word);
      kinds.set(key(word), [...(kinds.get(key(word)) ?? []), kind]);
    }
  return {
    names: [...names.values()],
    find(word) {
      const text = key(word).replace(SITE_RULE, '$1');
      const plain = text.replace(/ ?\?$/, '');
      if (!names.has(plain)) return null;
      // A question mark behind a word has a meaning of its own.
      const wanted = text === plain ? [text] : ['likely', ...(parts.has(text) ? [] : [plain])];
      return { parts: wanted.flatMap((name) => parts.get(name) ?? []), kinds: [...new Set(kinds.get(plain))] };
    },
  };
}
