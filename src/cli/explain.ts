import { readFileSync } from 'node:fs';
import { KINDS } from '../assess/kinds.ts';
import { nearest } from '../catalog/nearest.ts';
import { DOCS_URL } from '../product.ts';
import { printable } from '../report/printable.ts';
import { EXIT_CLEAN, EXIT_FAILED } from './exit-codes.ts';

/** `pcapcheck explain`: the page of a kind of finding, or the list of all kinds. */
export function explainCommand(
  kind: string | undefined,
  out: (text: string) => void,
  err: (text: string) => void,
): number {
  if (kind === undefined) {
    const width = Math.max(...KINDS.map(({ meta }) => meta.id.length));
    out(`${KINDS.map(({ meta }) => `${meta.id.padEnd(width)}  ${meta.title}`).join('\n')}\n`);
    return EXIT_CLEAN;
  }
  const known = KINDS.find(({ meta }) => meta.id === kind);
  if (known === undefined) {
    const meant = nearest(
      kind,
      KINDS.map(({ meta }) => meta.id),
    );
    const hint = meant === undefined ? "'pcapcheck explain' lists them" : `did you mean '${meant}'?`;
    err(`pcapcheck: no kind of finding is called '${printable(kind)}', ${hint}\n`);
    return EXIT_FAILED;
  }
  out(readFileSync(new URL(`findings/${known.meta.id}.md`, DOCS_URL), 'utf8'));
  return EXIT_CLEAN;
}
