import type { DropReport } from '../assess/types.ts';
import { DIRECTION_IN, DIRECTION_OUT } from '../capture/frame-notes.ts';
import { dropReason } from './drop-reasons.ts';
import type { DropVerdict } from './join-drops.ts';

/** Where a frame is found again, and the names of components in that capture. */
export interface DropPlace {
  capture: string;
  frame: number;
  components: Readonly<Record<number, string>> | undefined;
}

/** What a host says of packets that it dropped, in words. @param isAnswer they were those of the server */
export function dropReport(drop: DropVerdict, isAnswer: boolean, placeOf: (frame: number) => DropPlace): DropReport {
  const { by, cause, packets } = drop;
  const packets_of = isAnswer ? 'server' : 'client';
  const direction = drop.direction === DIRECTION_IN ? 'in' : drop.direction === DIRECTION_OUT ? 'out' : null;
  const untold = { reason: null, name: null, component: null, location: null };
  if (drop.log !== null) {
    const because = 'a rule of Windows Defender Firewall, or its default, forbids them';
    return {
      by,
      cause,
      ...untold,
      because,
      packets_of,
      direction,
      packets,
      frame: null,
      capture: null,
      log: drop.log.path,
      line: drop.log.line,
    };
  }
  const { name, because } = dropReason(drop.reason);
  const { capture, frame, components } = placeOf(drop.frame);
  const isTold = drop.reason !== -1;
  const { component, location } = drop;
  return {
    by,
    cause,
    reason: isTold ? drop.reason : null,
    name: isTold ? name : null,
    because,
    packets_of,
    direction,
    packets,
    component: component === 0 ? null : (components?.[component] ?? String(component)),
    location: location === 0 ? null : location,
    frame,
    capture,
    log: null,
    line: null,
  };
}
