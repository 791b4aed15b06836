/** Payloads of one port of a capture, put in order for each direction, past what the product keeps. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeFrame } from '../../src/decode/frame.ts';
import { Packet, PROTOCOL_TCP } from '../../src/decode/packet.ts';
import { REASONS } from '../../src/decode/reason.ts';
import { joinPieces, type StreamPiece } from '../../src/stories/byte-stream.ts';
import { readBytes } from '../capture/support/read.ts';
import { CAPTURES } from './oracles.ts';

export interface Direction {
  transport: 'tcp' | 'udp';
  sourcePort: number;
  destinationPort: number;
  /** Datagrams, or the runs of a stream. */
  payloads: Uint8Array[];
}

export function directionsOf(file: string, port: number): Direction[] {
  const stored = readFileSync(join(CAPTURES, file));
  const bytes = stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored) : stored;
  const packet = new Packet();
  const known = new Map<string, Direction & { pieces: StreamPiece[] }>();
  readBytes(bytes).frames.forEach(({ captured, original, linkType, seconds, nanoseconds }, i) => {
    const frame = Buffer.from(captured, 'latin1');
    const copy = new Uint8Array(frame);
    const reason = REASONS[decodeFrame(packet, copy, new DataView(copy.buffer), 0, copy.length, original, linkType)];
    if (reason !== 'tcp' && reason !== 'udp') return;
    const { sourcePort, destinationPort, payloadOffset, payloadCaptured } = packet;
    if ((sourcePort !== port && destinationPort !== port) || payloadCaptured === 0) return;
    const transport = packet.protocol === PROTOCOL_TCP ? 'tcp' : 'udp';
    const key = `${transport} ${sourcePort} ${destinationPort}`;
    const direction = known.get(key) ?? { transport, sourcePort, destinationPort, payloads: [], pieces: [] };
    known.set(key, direction);
    direction.pieces.push({
      sequence: packet.sequence,
      bytes: copy,
      offset: payloadOffset,
      length: payloadCaptured,
      wireLength: packet.payloadLength,
      seconds,
      nanoseconds,
      frame: i + 1,
    });
  });
  return [...known.values()].map(({ pieces, ...direction }) => ({
    ...direction,
    payloads:
      direction.transport === 'tcp'
        ? joinPieces(pieces).map((run) => run.bytes)
        : pieces.map((piece) => piece.bytes.subarray(piece.offset, piece.offset + piece.length)),
  }));
}
