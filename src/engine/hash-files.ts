import type { PlannedCapture } from './plan.ts';
import type { Pool } from './pool.ts';

/** SHA-256 of captures, in their order; null for a pipe, which cannot be read twice. The files are dealt out to the threads. */
export async function hashFiles(
  captures: readonly Pick<PlannedCapture, 'path' | 'size'>[],
  pool: Pool,
): Promise<(string | null)[]> {
  const paths = captures.flatMap(({ path, size }) => (size === null ? [] : [path]));
  const hands = Math.max(1, Math.min(pool.threads, paths.length));
  const dealt = Array.from({ length: hands }, (_, hand) => paths.filter((_, i) => i % hands === hand));
  const results = await Promise.all(dealt.map((some) => pool.run({ kind: 'hash', paths: some })));
  const known = new Map(dealt.flatMap((some, hand) => some.map((path, i) => [path, results[hand].hashes[i]])));
  return captures.map(({ path }) => known.get(path) ?? null);
}
