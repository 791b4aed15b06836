import { readFileSync } from 'node:fs';
import { KINDS } from '../assess/kinds.ts';
import { loadCatalog, nearest } from '../catalog/index.ts';
import { DOCS_URL } from '../product.ts';
import { printable } from '../report/printable.ts';
import { wrap } from '../report/text-width.ts';
import { runCatalogExplain } from './catalog.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';
import { type Entry, glossary } from './glossary.ts';

const WIDTH = 80;

type Write = (text: string) => void;

/** `pcapcheck explain`: whatever a report prints: a kind of finding, a rule, an outcome or another of its words. Without words, all kinds. */
export function explainCommand(words: readonly string[], out: Write, err: Write): number {
  const text = words.join(' ').trim();
  if (words.length === 0) {
    out(overview());
    return EXIT_CLEAN;
  }
  const id = text.toLowerCase();
  const kind = KINDS.find(({ meta }) => meta.id === id);
  if (kind !== undefined) {
    out(readFileSync(new URL(`findings/${kind.meta.id}.md`, DOCS_URL), 'utf8'));
    return EXIT_CLEAN;
  }
  const { names, find } = glossary();
  const entry = find(text);
  if (entry !== null) {
    out(entryText(entry));
    return EXIT_CLEAN;
  }
  const catalog = loadCatalog();
  const rules = [...catalog.byId.keys(), ...catalog.statements.map((statement) => statement.id)];
  // What begins like a rule is told by those that know them all.
  if (rules.some((rule) => rule === id || (id !== '' && rule.startsWith(id)))) return runCatalogExplain(id, out, err);
  const meant = nearest(text, [...KINDS.map(({ meta }) => meta.id), ...names, ...rules]);
  const hint = meant === undefined ? "'pcapcheck explain' lists what there is" : `did you mean '${meant}'?`;
  err(`pcapcheck: no kind of finding, rule or word of the reports is called '${printable(text)}', ${hint}\n`);
  return EXIT_FAILED;
}

const titles = (ids: readonly string[]): string => {
  const kinds = KINDS.filter(({ meta }) => ids.includes(meta.id));
  const width = Math.max(...kinds.map(({ meta }) => meta.id.length));
  return kinds.map(({ meta }) => `${meta.id.padEnd(width)}  ${meta.title}\n`).join('');
};

function overview(): string {
  const paragraphs = [`Words: ${glossary().names.join('; ')}.`, "Rules: 'pcapcheck catalog' lists them."];
  return [
    titles(KINDS.map(({ meta }) => meta.id)),
    ...paragraphs.map((text) => `${wrap(text, WIDTH).join('\n')}\n`),
  ].join('\n');
}

/** The parts of the glossary, then the kinds, with what leads on. */
function entryText({ parts, kinds }: Entry): string {
  const lead = "Kinds of findings that are told so ('pcapcheck explain KIND' tells more):";
  return [...parts.map((part) => `${part}\n`), ...(kinds.length === 0 ? [] : [`${lead}\n\n${titles(kinds)}`])].join(
    '\n',
  );
}
