/** The frames that show a fate: EVIDENCE_FRAMES integers of its row, 0 where there are fewer. */

import type { ConnectionView } from './connection-view.ts';
import { EVIDENCE_FRAMES } from './fate-view.ts';

/** Puts the frames that show a connection's fate behind those of the connections before it: ascending, each once, as far as there is room. */
export function addEvidence(rows: Int32Array, frames: number, view: ConnectionView): void {
  if (view.icmp === null && view.drop === null && view.resetFrame === 0 && view.attempts <= 1) {
    addFrame(rows, frames, view.firstFrame);
    if (view.lastAttemptFrame > view.firstFrame) addFrame(rows, frames, view.lastAttemptFrame);
    return;
  }
  let least = 0;
  for (;;) {
    let next = 0;
    for (let i = 0; i < 5; i++) {
      const frame =
        i === 0
          ? view.firstFrame
          : i === 1
            ? (view.icmp?.frame ?? 0)
            : i === 2
              ? view.resetFrame
              : i === 3
                ? view.lastAttemptFrame
                : (view.drop?.frame ?? 0);
      if (frame > least && (next === 0 || frame < next)) next = frame;
    }
    if (next === 0) return;
    least = next;
    addFrame(rows, frames, next);
  }
}

/** Puts a frame behind those that are there, unless it is one of them or there is no room. @param frames offset of the first */
export function addFrame(rows: Int32Array, frames: number, frame: number): void {
  for (let i = 0; i < EVIDENCE_FRAMES; i++) {
    const known = rows[frames + i];
    if (known === (frame | 0)) return;
    if (known !== 0) continue;
    rows[frames + i] = frame;
    return;
  }
}

/** Puts the frames of a row in ascending order. */
export function sortFrames(rows: Int32Array, at: number): void {
  const frames = rows.subarray(at, at + EVIDENCE_FRAMES);
  const used = new Uint32Array(frames.filter((frame) => frame !== 0)).sort();
  frames.set(used);
}
