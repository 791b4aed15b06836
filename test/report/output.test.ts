import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FORMAT_NAMES } from '../../src/report/formats.ts';
import { discardUnfinished, OutputFileError, writeWhole } from '../../src/report/output-file.ts';
import { parseOutputSpec, parseOutputSpecs } from '../../src/report/output-spec.ts';
import { unprivileged } from '../support/unprivileged.ts';

describe('output specs', () => {
  it.each([
    ['json=report.json', 'json', 'report.json'],
    ['json=C:\\reports\\a=b.json', 'json', 'C:\\reports\\a=b.json'],
    ['matrix-csv=-', 'matrix-csv', '-'],
    ['csv= spaced name.csv', 'csv', ' spaced name.csv'],
  ])('%s', (spec, format, path) => {
    expect(parseOutputSpec(spec, FORMAT_NAMES)).toEqual({ format, path });
  });

  it.each([
    ['report.json', 'no-format', '--output report.json names no format: write FORMAT=PATH, such as json=report.json.'],
    [
      'C:\\report.json',
      'no-format',
      '--output C:\\report.json names no format: write FORMAT=PATH, such as json=C:\\report.json.',
    ],
    ['jsn=a', 'unknown-format', "--output jsn=a: unknown format 'jsn', did you mean 'json'?"],
    [
      'matrix_csv=a',
      'unknown-format',
      "--output matrix_csv=a: unknown format 'matrix_csv', did you mean 'matrix-csv'?",
    ],
    [
      'pdf-document=a',
      'unknown-format',
      `--output pdf-document=a: unknown format 'pdf-document', the formats are ${FORMAT_NAMES.join(', ')}`,
    ],
    [
      'toString=a',
      'unknown-format',
      `--output toString=a: unknown format 'toString', the formats are ${FORMAT_NAMES.join(', ')}`,
    ],
    ['csv=', 'no-path', '--output csv= names no path: write csv=PATH, or csv=- for standard output.'],
    ['json', 'no-path', '--output json names no path: write json=PATH, or json=- for standard output.'],
  ])('%s is refused', (spec, code, message) => {
    expect(() => parseOutputSpec(spec, FORMAT_NAMES)).toThrow(expect.objectContaining({ code, message }));
  });

  it('two reports in one place are refused', () => {
    expect(() => parseOutputSpecs(['json=-', 'csv=-'], FORMAT_NAMES)).toThrow(
      expect.objectContaining({ code: 'same-path-twice' }),
    );
    expect(() => parseOutputSpecs(['json=a', 'csv=./a'], FORMAT_NAMES)).toThrow(
      expect.objectContaining({ code: 'same-path-twice' }),
    );
    expect(parseOutputSpecs(['json=a', 'csv=b'], FORMAT_NAMES)).toHaveLength(2);
  });
});

describe('output files', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pcapcheck-output-'));
  });

  it('hold all that was written, and nothing is left beside them', async () => {
    const path = join(folder, 'report.json');
    await writeWhole(path, async (write) => {
      write('Zürich ');
      await Promise.resolve();
      expect(existsSync(path)).toBe(false);
      write('管理');
    });
    expect(readFileSync(path, 'utf8')).toBe('Zürich 管理');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('stay as they were when the work fails half-way', async () => {
    const path = join(folder, 'report.json');
    writeFileSync(path, 'before');
    const work = writeWhole(path, (write) => {
      write('half');
      throw new Error('no more');
    });
    await expect(work).rejects.toThrow('no more');
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['report.json']);
  });

  it('leave nothing behind when the process is told to end', async () => {
    await expect(
      writeWhole(join(folder, 'a'), (write) => {
        write('half');
        discardUnfinished();
        // Windows keeps the name until nobody has the file open: until the process ends.
        if (process.platform !== 'win32') expect(readdirSync(folder)).toEqual([]);
        throw new Error('interrupted');
      }),
    ).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('replace what a link points to, with its permissions', async () => {
    writeFileSync(join(folder, 'real'), 'before', { mode: 0o600 });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await writeWhole(join(folder, 'link'), (write) => write('after'));
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('after');
    expect(statSync(join(folder, 'real')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['link', 'real']);
  });

  it.each([
    [
      'a folder that is not there',
      () => join(folder, 'gone', 'a.json'),
      'no-such-folder',
      /the folder .*gone does not exist\.$/,
    ],
    ['a file taken for a folder', () => join(folder, 'file', 'a.json'), 'no-such-folder', /file is not a folder\.$/],
    ['a folder', () => folder, 'is-a-directory', /it is a folder; name a file in it\.$/],
    [
      'a name that is too long',
      () => join(folder, 'n'.repeat(300)),
      process.platform === 'win32' ? 'bad-name' : 'name-too-long',
      /too long/,
    ],
  ])('%s: one sentence and a code', async (_, path, code, message) => {
    writeFileSync(join(folder, 'file'), '');
    const error = await writeWhole(path(), (write) => write('x')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OutputFileError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(readdirSync(folder)).toEqual(['file']);
  });

  it.skipIf(process.platform === 'win32')('no permission: one sentence', async () => {
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o500);
    chmodSync(folder, 0o755);
    const writing = unprivileged(() => writeWhole(join(folder, 'closed', 'a'), () => {}));
    await expect(writing).rejects.toMatchObject({ code: 'no-permission' });
  });

  it.skipIf(!existsSync('/dev/full'))(
    'a full disk: one sentence; a device is written to and never replaced',
    async () => {
      await expect(writeWhole('/dev/full', (write) => write('x'))).rejects.toMatchObject({
        code: 'disk-full',
        message: 'Cannot write /dev/full: the disk is full.',
      });
      await writeWhole('/dev/null', (write) => write('x'));
      expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    },
  );
});
