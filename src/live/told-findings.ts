import type { ReportedFinding } from '../assess/types.ts';

/** What is told of a finding: that it is there, that it was seen more often, or that later traffic takes it back. */
export interface Telling {
  state: 'new' | 'update' | 'withdrawn';
  finding: ReportedFinding;
}

/**
 * Seconds for which a finding must have stood before it is told: what comes next may still change it. A symptom has other
 * causes, and gets longer.
 */
const SETTLE_SECONDS = { proven: 1, likely: 3 } as const;
/** Seconds for which a told finding must be gone before it is taken back. */
const WITHDRAW_SECONDS = 5;
/** Seconds between two updates of one finding. */
const UPDATE_SECONDS = 10;
/** Kinds that say something only once a run is over: what was not seen may still come. */
const ONLY_AT_THE_END: ReadonlySet<string> = new Set(['required-not-seen']);

interface Known {
  finding: ReportedFinding;
  since: number;
  /** Since when it is gone; null while it is there. */
  goneSince: number | null;
  told: boolean;
  toldCount: number;
  toldAt: number;
}

/** Tells each finding of a run once, when it is certain, and its count as it grows. */
export class ToldFindings {
  readonly #known = new Map<string, Known>();

  /** Findings that were told and stand, the latest told first. */
  standing(): ReportedFinding[] {
    return [...this.#known.values()]
      .filter(({ told, goneSince }) => told && goneSince === null)
      .sort((a, b) => b.toldAt - a.toldAt)
      .map(({ finding }) => finding);
  }

  /**
   * What is to be told now.
   * @param findings of the whole run so far
   * @param now seconds of any clock that goes on while no packet comes
   * @param forgottenBefore evidence of boots before this moment (seconds since 1970) is forgotten: what rested on it is gone, and true
   */
  next(findings: readonly ReportedFinding[], now: number, forgottenBefore: number | null = null): Telling[] {
    const tellings: Telling[] = [];
    const present = new Set<string>();
    const alike = new Map<string, number>();
    for (const finding of findings) {
      if (ONLY_AT_THE_END.has(finding.kind)) continue;
      const name = finding.fingerprint;
      const repeat = alike.get(name) ?? 0;
      alike.set(name, repeat + 1);
      const key = `${name} ${repeat}`;
      present.add(key);
      const telling = this.#see(key, finding, now);
      if (telling !== null) tellings.push(telling);
    }
    for (const [key, known] of this.#known) {
      if (present.has(key)) continue;
      known.goneSince ??= now;
      if (known.told && now - known.goneSince < WITHDRAW_SECONDS) continue;
      const isForgotten = forgottenBefore !== null && Date.parse(known.finding.first_ts ?? '') / 1000 < forgottenBefore;
      if (known.told && !isForgotten) tellings.push({ state: 'withdrawn', finding: known.finding });
      this.#known.delete(key);
    }
    return tellings;
  }

  #see(key: string, finding: ReportedFinding, now: number): Telling | null {
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { finding, since: now, goneSince: null, told: false, toldCount: 0, toldAt: 0 };
      this.#known.set(key, known);
    }
    known.finding = finding;
    known.goneSince = null;
    if (!known.told) {
      if (now - known.since < SETTLE_SECONDS[finding.certainty]) return null;
      known.told = true;
    } else if (finding.count === known.toldCount || now - known.toldAt < UPDATE_SECONDS) return null;
    const state = known.toldAt === 0 ? 'new' : 'update';
    known.toldCount = finding.count;
    known.toldAt = now;
    return { state, finding };
  }
}
