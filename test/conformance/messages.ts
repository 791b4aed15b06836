/** Control messages of a capture, frame by frame, as the dissectors read them. */
import { join } from 'node:path';
import { analyze } from '../../src/engine/analyze.ts';
import { type KeptMessage, keptMessages } from '../../src/stories/kept-messages.ts';
import type { Observation } from '../../src/track/observation.ts';
import { CAPTURES } from './oracles.ts';

export async function observationOf(file: string): Promise<Observation> {
  return (await analyze([join(CAPTURES, file)], { workers: 0 })).observation;
}

/** Kept messages by frame. */
export function byFrame(observation: Observation, kinds: readonly number[]): Map<number, KeptMessage> {
  return new Map(keptMessages(observation, new Set(kinds)).map((message) => [message.frame, message]));
}
