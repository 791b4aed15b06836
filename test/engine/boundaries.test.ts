import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { analyze } from '../../src/engine/analyze.ts';
import { flowRows } from '../../src/engine/flow-row.ts';
import { ipv4 } from '../track/frames.ts';

/** Captures made to mislead whoever looks for the start of a frame in the middle of them. */

const folder = mkdtempSync(join(tmpdir(), 'pcapcheck-boundaries-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Frame {
  bytes: Uint8Array;
  seconds: number;
  fraction: number;
}

const START = 1_700_000_000;
const LINKTYPE_RAW = 101;

/** UDP datagrams of a few sockets, with the payloads given. */
function frames(payloads: readonly Uint8Array[]): Frame[] {
  return payloads.map((payload, i) => {
    const body = new Uint8Array(8 + payload.length);
    const view = new DataView(body.buffer);
    view.setUint16(0, 40000 + (i % 7));
    view.setUint16(2, 443);
    view.setUint16(4, body.length);
    body.set(payload, 8);
    return { bytes: ipv4('10.0.0.1', '10.0.0.2', 17, body), seconds: START + i, fraction: (i * 37) % 1000 };
  });
}

function pcap(list: readonly Frame[], little: boolean, nanoseconds: boolean): Uint8Array {
  const size = 24 + list.reduce((sum, { bytes }) => sum + 16 + bytes.length, 0);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, 262144, little);
  view.setUint32(20, LINKTYPE_RAW, little);
  let at = 24;
  for (const { bytes, seconds, fraction } of list) {
    view.setUint32(at, seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, bytes.length, little);
    view.setUint32(at + 12, bytes.length, little);
    file.set(bytes, at + 16);
    at += 16 + bytes.length;
  }
  return file;
}

function block(type: number, body: Uint8Array, little: boolean): Uint8Array {
  const length = 12 + Math.ceil(body.length / 4) * 4;
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, little);
  view.setUint32(4, length, little);
  bytes.set(body, 8);
  view.setUint32(length - 4, length, little);
  return bytes;
}

/** Sections of alternating byte order, each with other interfaces than the one before. */
function pcapng(sections: readonly (readonly Frame[])[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  sections.forEach((list, s) => {
    const little = s % 2 === 0;
    const header = new Uint8Array(16).fill(0xff);
    const headerView = new DataView(header.buffer);
    headerView.setUint32(0, 0x1a2b3c4d, little);
    headerView.setUint16(4, 1, little);
    headerView.setUint16(6, 0, little);
    blocks.push(block(0x0a0d0d0a, header, little));
    for (let i = 0; i <= s % 3; i++) {
      const description = new Uint8Array(8);
      new DataView(description.buffer).setUint16(0, LINKTYPE_RAW, little);
      blocks.push(block(1, description, little));
    }
    list.forEach(({ bytes, seconds, fraction }, i) => {
      const body = new Uint8Array(20 + bytes.length);
      const view = new DataView(body.buffer);
      const micros = BigInt(seconds) * 1_000_000n + BigInt(fraction);
      view.setUint32(0, i % ((s % 3) + 1), little);
      view.setUint32(4, Number(micros >> 32n), little);
      view.setUint32(8, Number(micros & 0xffff_ffffn), little);
      view.setUint32(12, bytes.length, little);
      view.setUint32(16, bytes.length, little);
      body.set(bytes, 20);
      blocks.push(block(6, body, little));
    });
  });
  return Buffer.concat(blocks);
}

async function expectSame(name: string, file: Uint8Array): Promise<void> {
  const path = join(folder, name);
  writeFileSync(path, file);
  const read = async (segmentBytes?: number): Promise<unknown> => {
    const analysis = await analyze([path], segmentBytes === undefined ? { workers: 0 } : { workers: 0, segmentBytes });
    return { flows: [...flowRows(analysis)], frames: analysis.observation.frames, captures: analysis.captures };
  };
  const whole = await read();
  for (const parts of [2, 3, 5, 9, 17])
    expect(await read(Math.ceil(file.length / parts)), `${name} in ${parts}`).toEqual(whole);
}

const zeros = (length: number): Uint8Array => new Uint8Array(length);

describe('starts of segments', () => {
  const small = frames(Array.from({ length: 40 }, () => zeros(20)));
  /** @param inner a capture as those around it, to be carried by them */
  const payloadsWith = (inner: Uint8Array): Record<string, Uint8Array[]> => ({
    zeros: Array.from({ length: 300 }, (_, i) => zeros(900 + (i % 500))),
    'captures-in-captures': Array.from({ length: 200 }, () => inner),
    'jumbo-frames': Array.from({ length: 60 }, (_, i) => zeros(i % 3 === 0 ? 60_000 : 9000)),
    'jumbo-frames-of-captures': Array.from({ length: 40 }, () =>
      Buffer.concat(Array(20).fill(inner)).subarray(0, 60_000),
    ),
    'tiny-frames': Array.from({ length: 3000 }, () => zeros(0)),
  });
  for (const name of Object.keys(payloadsWith(zeros(0)))) {
    for (const little of [true, false]) {
      for (const nanoseconds of [true, false]) {
        test(`${name}, ${little ? 'little' : 'big'}-endian, ${nanoseconds ? 'nanoseconds' : 'microseconds'}`, async () => {
          const list = payloadsWith(pcap(small, little, nanoseconds))[name]!;
          await expectSame(`${name}-${little}-${nanoseconds}.pcap`, pcap(frames(list), little, nanoseconds));
        });
      }
    }
    test(`${name} in pcapng sections of changing byte order and interfaces`, async () => {
      // One half of it is in the byte order of the section around it, the other half is not.
      const all = frames(payloadsWith(pcapng([small.slice(0, 20), small.slice(20)]))[name]!);
      const third = Math.ceil(all.length / 3);
      await expectSame(
        `${name}.pcapng`,
        pcapng([all.slice(0, third), all.slice(third, 2 * third), all.slice(2 * third)]),
      );
    });
  }

  test('any payloads, any cuts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 5, maxLength: 60 }),
        fc.boolean(),
        async (list, little) => {
          await expectSame('any.pcap', pcap(frames(list), little, false));
        },
      ),
      { numRuns: 60 },
    );
  });
});
