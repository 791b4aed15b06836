import type { Context } from './context.ts';
import type { Finding, Severity } from './types.ts';

/** A kind of finding: what it is called, and the code that finds it. One file each in findings/, one page each in docs/findings. */
export interface Kind {
  meta: {
    /** Stable id. */
    id: string;
    /** A heading of a few words. */
    title: string;
    /** Most severe it can be. */
    severity: Severity;
  };
  find(context: Context): Finding[];
}
