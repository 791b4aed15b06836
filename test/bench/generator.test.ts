import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

/** The benchmark is plain JavaScript, so what it exports is typed by hand here. */
const load = (file: string) => import(new URL(`../../bench/generator/${file}`, import.meta.url).href);
const { checksum, sum16 } = await load('bytes.mjs');
const { generateInput } = await load('generate-input.mjs');
const { INPUTS } = await load('inputs.mjs');
const { parseSize, sizeName } = await load('sizes.mjs');

const PACKETS = 8000;
const made = Object.keys(INPUTS).filter((name) => name !== 'realistic');

async function bytesOf(name: string, packets = PACKETS): Promise<Buffer> {
  const windows: Buffer[] = [];
  await generateInput(
    name,
    { packets, captures: '' },
    { write: (bytes: Buffer) => void windows.push(Buffer.from(bytes)), end() {} },
  );
  return Buffer.concat(windows);
}

/** Of a pcap file. */
function* framesOf(file: Buffer) {
  for (let at = 24; at < file.length; ) {
    const length = file.readUInt32LE(at + 8);
    yield {
      time: file.readUInt32LE(at) * 1e6 + file.readUInt32LE(at + 4),
      frame: file.subarray(at + 16, at + 16 + length),
    };
    at += 16 + length;
  }
}

describe('the generator of captures', () => {
  it.each(made)('writes the same %s each time', async (name) => {
    const digest = async () =>
      createHash('sha256')
        .update(await bytesOf(name, 3000))
        .digest('hex');
    expect(await digest()).toBe(await digest());
  });

  it.each(['small', 'mix', 'giant', 'syn-scan', 'pxe', 'churn'])(
    'writes right headers and rising times: %s',
    async (name) => {
      let packets = 0;
      let previous = 0;
      for (const { time, frame } of framesOf(await bytesOf(name))) {
        packets++;
        expect(time).toBeGreaterThanOrEqual(previous);
        previous = time;
        const end = 14 + frame.readUInt16BE(16);
        expect(end).toBeLessThanOrEqual(frame.length);
        expect(frame.length).toBe(Math.max(60, end));
        expect(checksum(sum16(frame, 14, 34))).toBe(0);
        const protocol = frame[23];
        const pseudo = protocol === 1 ? 0 : sum16(frame, 26, 34) + protocol + end - 34;
        expect(checksum(pseudo + sum16(frame, 34, end))).toBe(0);
      }
      expect(packets).toBe(PACKETS);
    },
  );

  it('writes the frames of small in pcapng', async () => {
    const [plain, blocks] = await Promise.all([bytesOf('small', 2000), bytesOf('pcapng', 2000)]);
    let at = 48;
    for (const { frame } of framesOf(plain)) {
      expect(blocks.readUInt32LE(at)).toBe(6);
      expect(blocks.subarray(at + 28, at + 28 + blocks.readUInt32LE(at + 20))).toEqual(frame);
      at += blocks.readUInt32LE(at + 4);
    }
    expect(at).toBe(blocks.length);
  });

  it('reads and writes sizes', () => {
    expect(['300', '300k', '10M'].map(parseSize)).toEqual([300, 300_000, 10_000_000]);
    expect([300, 300_000, 10_000_000].map(sizeName)).toEqual(['300', '300k', '10M']);
    expect(() => parseSize('1G')).toThrow('no number of packets');
  });
});
