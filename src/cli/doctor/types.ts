/** What one look at the machine found. */
export interface Check {
  /** Stable. */
  id: string;
  title: string;
  /** ok; limited: reading captures works, and something else does not; failed: it does not. */
  state: 'ok' | 'limited' | 'failed';
  /** What was found, a sentence without its end. */
  found: string;
  /** What to do about it, in sentences; null where nothing has to be done. */
  remedy: string | null;
}

export const ok = (id: string, title: string, found: string): Check => ({
  id,
  title,
  state: 'ok',
  found,
  remedy: null,
});

export const limited = (id: string, title: string, found: string, remedy: string): Check => ({
  id,
  title,
  state: 'limited',
  found,
  remedy,
});

export const failed = (id: string, title: string, found: string, remedy: string): Check => ({
  id,
  title,
  state: 'failed',
  found,
  remedy,
});
