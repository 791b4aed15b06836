import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { KINDS } from '../../src/assess/kinds.ts';
import { check, DEMO, ensureBuilt, folder, run, SITE } from './program.ts';

beforeAll(ensureBuilt);

/** Nothing but one sentence (or a few, where several things are wrong) on standard error. */
const failed = async (result: ReturnType<typeof run>): Promise<string> => {
  const { code, out, err } = await result;
  expect(code, err).toBe(2);
  expect(out).toBe('');
  expect(err).not.toMatch(/\n\s+at /);
  return err;
};

describe('0, 1 and 2', () => {
  test('findings', async () => {
    const { code, out, err } = await check();
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toContain('11 required connections between 9 pairs of hosts are BLOCKED');
  });
  test.each([
    ['high', 1],
    ['medium', 1],
    ['low', 1],
    ['info', 1],
    ['never', 0],
  ])('--fail-on %s', async (severity, code) => {
    expect((await check(['--fail-on', severity])).code).toBe(code);
  });
  test('--fail-on counts what is as severe or worse', async () => {
    const path = join(folder(), 'site.yaml');
    // Nobody has a role here: the worst that can be found are unknown addresses.
    writeFileSync(path, 'version: 1\nhosts: [{ name: MP01, addresses: [10.20.0.10], roles: [mp] }]\n');
    const { out } = await run([DEMO, '-t', path, '-f', 'json']);
    const severities = (JSON.parse(out) as { findings: { severity: string }[] }).findings.map(
      ({ severity }) => severity,
    );
    expect(new Set(severities)).toEqual(new Set(['low', 'info']));
    expect((await run([DEMO, '-t', path, '--fail-on', 'medium'])).code).toBe(0);
    expect((await run([DEMO, '-t', path, '--fail-on', 'low'])).code).toBe(1);
  });
  describe('a topology that has nothing to do with the capture', () => {
    const RPC = 'captures/rpc/success-client.pcap.gz';
    const SENTENCE =
      /^pcapcheck: captures\/demo\/site\.yaml lists no end of the \d+ connections in the capture, so nothing was judged: [^\n]+\n$/;
    test.each(['low', 'never'])(
      'is no clean network, with --fail-on %s either; the reports are written',
      async (severity) => {
        const path = join(folder(), 'report.json');
        const args = [RPC, '-t', SITE, '--fail-on', severity, '--output', `json=${path}`];
        const { code, out, err } = await run(args);
        expect([code, err]).toEqual([2, expect.stringMatching(SENTENCE)]);
        expect(out).toMatch(/^NOTHING JUDGED: captures\/demo\/site\.yaml lists no end of the/);
        // What is compared with such a report has nothing new, and proves as little.
        const before = join(folder(), 'before.json');
        await check(['--output', `json=${before}`]);
        expect(await run(['diff', before, path])).toMatchObject({ code: 2, err: expect.stringMatching(SENTENCE) });
        expect((await run(['diff', path, before])).code).toBe(1);
      },
    );
    test('has no firewall rules to open, which is not said', async () => {
      expect(await run(['firewall', RPC, '-t', SITE])).toEqual({
        code: 2,
        signal: null,
        out: '',
        err: expect.stringMatching(SENTENCE),
      });
    });
    test('live', async () => {
      const { code, err } = await run(['live', '-', '-t', SITE, '--ndjson'], {
        input: [gunzipSync(readFileSync(RPC))],
      });
      expect([code, err]).toEqual([2, expect.stringMatching(SENTENCE)]);
    });
    test('hosts without a role are listed all the same, and no report says otherwise', async () => {
      const path = join(folder(), 'no-roles.yaml');
      writeFileSync(path, 'version: 1\nnetworks:\n  - { name: everything, cidr: 0.0.0.0/0 }\n');
      const said = 'none that the topology and the rules speak of';
      const outputs = ['terminal', 'markdown', 'html'] as const;
      for (const format of outputs) {
        const { code, out, err } = await run([RPC, '-t', path, '--format', format]);
        expect([format, code]).toEqual([format, 2]);
        expect(err).toContain(said);
        expect(out.replace(/\s+/g, ' ')).toContain(said);
        expect(out).not.toContain('lists no end');
      }
    });
    test('one address that it lists is enough', async () => {
      const path = join(folder(), 'site.yaml');
      writeFileSync(path, 'version: 1\nhosts: [{ name: X, addresses: [10.78.1.11], roles: [any-windows-computer] }]\n');
      expect((await run([RPC, '-t', path])).code).toBe(1);
    });
    test('a capture that holds nothing is no success either: no command calls it clean', async () => {
      const empty = join(folder(), 'empty.pcap');
      writeFileSync(empty, readFileSync(DEMO).subarray(0, 24));
      const [before, after] = [join(folder(), 'before.json'), join(folder(), 'after.json')];
      await check(['--output', `json=${before}`]);
      const sentence = 'pcapcheck: the capture holds no frames.\n';
      const failing = { code: 2, err: sentence };
      expect(await run([empty, '-t', SITE, '--fail-on', 'never', '--output', `json=${after}`])).toMatchObject(failing);
      expect(await run(['diff', before, after])).toMatchObject(failing);
      expect(await run(['firewall', empty, '-t', SITE])).toMatchObject({ ...failing, out: '' });
      expect(await run(['live', '-', '-t', SITE, '--ndjson'], { input: [readFileSync(empty)] })).toMatchObject(failing);
    });
  });
  test('flows finds nothing and ends with 0', async () => {
    expect(await run(['flows', DEMO])).toMatchObject({ code: 0, err: '' });
  });
  test('check is the command that is meant where none is named', async () => {
    expect(await run(['check', DEMO, '-t', SITE])).toEqual(await check());
  });
  test('--help and --version end with 0 and say nothing on standard error', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      err: '',
    });
    for (const args of [['--help'], ['check', '--help'], ['flows', '--help'], ['explain', '--help']]) {
      const result = await run(args);
      expect(result).toMatchObject({ code: 0, out: expect.stringContaining('Usage: pcapcheck'), err: '' });
      for (const line of result.out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});

describe('a command line that makes no sense', () => {
  test('no topology', async () => {
    expect(await failed(run([DEMO]))).toContain("'-t, --topology <file>' not specified");
  });
  test('no capture', async () => {
    expect(await failed(run(['-t', SITE]))).toContain("'capture'");
  });
  test('nothing at all', async () => {
    const err = await failed(run([]));
    expect(err).toMatch(/^Usage: pcapcheck /);
    expect(err).toContain('topology');
  });
  test('an unknown command, and what was probably meant; a file of such a name is a capture', async () => {
    expect(await failed(run(['flwos', DEMO]))).toBe("pcapcheck: unknown command 'flwos', did you mean 'flows'?\n");
    const cwd = folder();
    writeFileSync(join(cwd, 'flwos'), readFileSync(DEMO));
    expect((await run(['flwos', '-t', resolve(SITE)], { cwd })).code).toBe(1);
  });
  test('an unknown option, and what was probably meant', async () => {
    expect(await failed(check(['--ouput', 'json=x']))).toContain('--output');
  });
  test.each([[[DEMO]], [['firewall', DEMO]], [['live', '-']]])(
    'a required option that is misspelled (%j)',
    async (args) => {
      expect(await failed(run([...args, '--topolgy', SITE]))).toBe(
        "error: unknown option '--topolgy'\n(Did you mean --topology?)\n",
      );
    },
  );
  test.each([
    ['--format', 'xml'],
    ['--fail-on', 'some'],
    ['--workers', 'many'],
    ['--workers', '-1'],
    ['--workers', '1.5'],
    ['--workers', '257'],
  ])('%s %s', async (option, value) => {
    const err = await failed(check([option, value]));
    expect(err).toContain(option);
    expect(err).toContain(value);
  });
  test('a topology that is not there', async () => {
    expect(await failed(run([DEMO, '-t', 'nowhere.yaml']))).toBe('pcapcheck: nowhere.yaml: no such file\n');
  });
  test('the topology is read before the captures', async () => {
    expect(await failed(run(['nowhere.pcap', '-t', 'nowhere.yaml']))).toContain('nowhere.yaml');
  });
  test('a kind of finding that is not there, and what was probably meant', async () => {
    expect(await failed(run(['explain', 'blocked-requird']))).toContain("did you mean 'blocked-required'?");
  });
});

describe('explain', () => {
  test('every kind has a page', async () => {
    const { out } = await run(['explain']);
    const [list] = out.split('\n\n');
    const kinds = list.split('\n').map((line) => line.split(' ')[0]);
    expect(kinds).toHaveLength(KINDS.length);
    for (const kind of kinds) {
      const page = await run(['explain', kind]);
      expect(page).toMatchObject({ code: 0, err: '' });
      expect(page.out, kind).toContain(kind);
    }
  });
});

describe('an error of our own', () => {
  // The program as it is, in a world that breaks one of its promises.
  const breaks = () => {
    const path = join(folder(), 'break.mjs');
    writeFileSync(path, "JSON.stringify = () => { throw new Error('\\u001b[2Jboom'); };");
    return { env: { NODE_OPTIONS: `--import ${pathToFileURL(path).href}` } };
  };
  test('is one sentence that says how to find out more', async () => {
    const err = await failed(check(['-f', 'ndjson'], breaks()));
    expect(err).toBe('pcapcheck: internal error: \\x1b[2Jboom. Run again with --verbose and report what it prints.\n');
  });
  test.each(['--verbose', '-v'])('%s shows where', async (option) => {
    const { code, err } = await check(['-f', 'ndjson', option], breaks());
    expect(code).toBe(2);
    expect(err).toMatch(/boom\.\n.*\n\s+at /);
    expect(err).not.toContain('\u001b');
  });
});
