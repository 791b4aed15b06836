import type { CaptureProblem } from './types.ts';

/** How a compressed stream ended: as it should, in the middle, or in bytes that make no sense. */
export type UnpackEnd = 'whole' | 'cut' | 'damaged';

/** Unpacks a stream. Nothing is held but what the format needs to look back. */
export interface Unpacker {
  /** @returns false where the stream is damaged and no more is wanted; rejects with what the consumer of the bytes threw */
  write(chunk: Uint8Array): Promise<boolean>;
  end(): Promise<UnpackEnd>;
  /** What else is to be told, once the end is known. */
  problems?(): CaptureProblem[];
  /** Frees what it holds where reading ends early. */
  close(): void;
}
