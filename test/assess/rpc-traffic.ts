/** Conversations with port 135, frame by frame. */
import type { TowerTold } from '../protocols/rpc-build.ts';
import * as rpc from '../protocols/rpc-build.ts';
import { type TestFrame, tcp } from '../track/frames.ts';

export interface Talk {
  client: string;
  server: string;
  /** Seconds. */
  at: number;
  clientPort?: number;
  /** Bytes of one segment; the fragments follow each other without regard to it. */
  segment?: number;
  port?: number;
}

let nextPort = 40_000;
let nextId = 1;

/** A whole connection in which both sides say what they have to say: each of `asked`, then the answer at the same place of `told`. */
export function talk(
  { client, server, at, clientPort, segment = 1400, port = 135 }: Talk,
  asked: Uint8Array[],
  told: Uint8Array[],
): TestFrame[] {
  const own = clientPort ?? nextPort++;
  if (nextPort > 48_000) nextPort = 40_000;
  const sequences = [1000, 9000];
  let time = at;
  const send = (side: 0 | 1, flags: string, content?: Uint8Array): TestFrame => {
    const frame = tcp(
      {
        source: side === 0 ? client : server,
        destination: side === 0 ? server : client,
        sourcePort: side === 0 ? own : port,
        destinationPort: side === 0 ? port : own,
        flags,
        sequence: sequences[side],
        acknowledgment: flags.includes('A') ? sequences[1 - side] : 0,
        id: nextId++ & 0xffff,
        time,
      },
      content,
    );
    sequences[side] += (content?.length ?? 0) + (/[SF]/.test(flags) ? 1 : 0);
    time += 0.001;
    return frame;
  };
  const frames = [send(0, 'S'), send(1, 'SA'), send(0, 'A')];
  for (let i = 0; i < Math.max(asked.length, told.length); i++) {
    for (const [side, said] of [asked[i], told[i]].entries()) {
      for (let from = 0; said !== undefined && from < said.length; from += segment)
        frames.push(send(side as 0 | 1, 'PA', said.subarray(from, from + segment)));
    }
  }
  return [...frames, send(0, 'FA'), send(1, 'FA'), send(0, 'A')];
}

/** The mapper is asked for an interface, and answers with these ports. */
export function ask(who: Talk, id: string, ports: readonly number[], status = 0, style = rpc.PLAIN): TestFrame[] {
  const towers: TowerTold[] = ports.map((port) => ({ interface: id, port, address: who.server }));
  return talk(who, ...rpc.mapped(id, towers, status, style));
}
