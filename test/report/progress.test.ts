import { describe, expect, it } from 'vitest';
import { progressLine, renderProgress } from '../../src/report/progress.ts';
import { useColor } from '../../src/report/style.ts';

const half = { doing: 'Reading a.pcap', bytes: 620e6, totalBytes: 1240e6, packets: 5.8e6, elapsed: 2000 };

describe('progress', () => {
  it.each([
    [100, half, 'Reading a.pcap  50 %  310 MB/s  2,900,000 packets/s  0:02 left'],
    [50, half, 'Reading a.pcap  50 %  310 MB/s  0:02 left'],
    [36, half, 'Reading a.pcap  50 %  0:02 left'],
    [20, half, '50 %  0:02 left'],
    [100, { ...half, totalBytes: null }, 'Reading a.pcap  620 MB  310 MB/s  2,900,000 packets/s'],
    [100, { ...half, totalBytes: 1240e9 }, 'Reading a.pcap  0 %  310 MB/s  2,900,000 packets/s  1:06:38 left'],
    [100, { ...half, bytes: 0, packets: 0 }, 'Reading a.pcap  0 %'],
    [100, { ...half, doing: 'Reading \u001b[2J', bytes: 0, packets: 0 }, 'Reading \\x1b[2J  0 %'],
  ])('in %i columns', (width, state, line) => {
    expect(renderProgress(state, width)).toBe(line);
  });

  const driver = (isTTY: boolean) => {
    const written: string[] = [];
    const clock = { time: 0 };
    const line = progressLine({ isTTY, columns: 60, write: (text) => written.push(text) }, () => clock.time);
    return { written, clock, line };
  };

  it('shows nothing in the first second, then a line a few times a second, and takes it away', () => {
    const { written, clock, line } = driver(true);
    for (clock.time = 0; clock.time <= 2000; clock.time += 10) line.update(half);
    expect(written.length).toBe(6);
    line.clear();
    line.clear();
    expect(written.length).toBe(7);
    expect(written.at(-1)).toMatch(/^\r +\r$/);
    for (const text of written) expect(text.replaceAll('\r', '').length).toBeLessThan(60);
  });

  it('writes nothing where nobody looks', () => {
    const { written, clock, line } = driver(false);
    clock.time = 5000;
    line.update(half);
    line.clear();
    expect(written).toEqual([]);
  });
});

describe('colours', () => {
  it.each([
    [{ isTTY: true }, {}, true],
    [{ isTTY: true }, { NO_COLOR: '' }, true],
    [{ isTTY: true }, { NO_COLOR: '1' }, false],
    [{ isTTY: true }, { TERM: 'dumb' }, false],
    [{}, {}, false],
  ])('%j with %j: %s', (stream, env, color) => {
    expect(useColor(stream, env)).toBe(color);
  });
});
