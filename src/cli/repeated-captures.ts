import { statSync } from 'node:fs';
import { STANDARD_INPUT } from '../capture/source.ts';

/** A capture that is given more than once, by its other names. */
export interface Repeated {
  path: string;
  /** The name under which it is read. */
  as: string;
}

/**
 * Each file once, whatever it is called: reading it twice would count everything twice. Files are told apart by device and number, so
 * links are found; what cannot be looked at is kept, and the reader says what is wrong with it.
 */
export function eachOnce(paths: readonly string[]): { paths: string[]; repeated: Repeated[] } {
  const names = new Map<string, string>();
  const repeated: Repeated[] = [];
  const kept = paths.filter((path) => {
    const identity = identityOf(path);
    const as = names.get(identity);
    if (as === undefined) names.set(identity, path);
    else repeated.push({ path, as });
    return as === undefined;
  });
  return { paths: kept, repeated };
}

function identityOf(path: string): string {
  if (path === STANDARD_INPUT) return path;
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return ino === 0n ? `path ${path}` : `file ${dev} ${ino}`;
  } catch {
    return `path ${path}`;
  }
}
