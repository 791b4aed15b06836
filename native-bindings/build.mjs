// Builds the addon for linux-x64 and win32-x64 from source/, on Linux:
//
//   node native-bindings/build.mjs            builds into prebuilds/ and writes its manifest
//   node native-bindings/build.mjs --check    builds aside and compares: prebuilds/ are what the source gives
//   node native-bindings/build.mjs --hashes   needs no compiler: compares what is here with the manifest
//
// Needs gcc, and x86_64-w64-mingw32-gcc for Windows (Debian: gcc gcc-mingw-w64-x86-64). The binaries of one compiler are the same bytes
// each time; with other compilers only the recorded hash of the source is held against the source.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, 'source');
const prebuilds = join(here, 'prebuilds');
const manifestPath = join(prebuilds, 'manifest.json');
const headers = join(here, '..', 'node_modules', 'node-api-headers', 'include');
export const ADDON = 'pcapcheck-capture.node';

const COMMON = ['-std=gnu11', '-O2', '-shared', '-fvisibility=hidden', '-Wall', '-Wextra', '-Werror', '-s'];
const TARGETS = {
  'linux-x64': {
    compiler: 'gcc',
    flags: [
      '-fPIC',
      '-fstack-protector-strong',
      '-fno-ident',
      '-Wl,--build-id=none',
      '-Wl,-z,relro,-z,now',
      '-Wl,-z,noexecstack',
    ],
  },
  'win32-x64': {
    compiler: 'x86_64-w64-mingw32-gcc',
    flags: [
      '-static-libgcc',
      '-D_WIN32_WINNT=0x0a00',
      '-fno-ident',
      '-Wl,--no-insert-timestamp',
      '-Wl,--dynamicbase,--nxcompat,--high-entropy-va',
      '-Wl,--image-base,0x180000000',
    ],
  },
};

const names = readdirSync(source).sort();
const hashes = createHash('sha256');
for (const name of names)
  hashes
    .update(`${name}\n`)
    .update(readFileSync(join(source, name)))
    .update('\n');
const sourceHash = hashes.digest('hex');

function build(target, folder) {
  const { compiler, flags } = TARGETS[target];
  mkdirSync(join(folder, target), { recursive: true });
  const out = join(folder, target, ADDON);
  const files = names.filter((name) => name.endsWith('.c'));
  execFileSync(compiler, [...COMMON, ...flags, `-I${headers}`, ...files, '-o', out], { cwd: source, stdio: 'inherit' });
  const version = execFileSync(compiler, ['-dumpfullversion'], { encoding: 'utf8' }).trim();
  const bytes = readFileSync(out);
  return { compiler: `${compiler} ${version}`, sha256: createHash('sha256').update(bytes).digest('hex'), bytes };
}

function check() {
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));
  const troubles = [];
  if (manifest.source !== sourceHash) troubles.push('the source has changed since the binaries were built');
  const aside = mkdtempSync(join(tmpdir(), 'pcapcheck-addon-'));
  try {
    for (const target of Object.keys(TARGETS)) {
      const known = manifest.targets[target];
      const shipped = createHash('sha256')
        .update(readFileSync(join(prebuilds, target, ADDON)))
        .digest('hex');
      if (shipped !== known.sha256) troubles.push(`${target}: the binary is not the one of the manifest`);
      if (process.argv.includes('--hashes')) continue;
      const built = build(target, aside);
      if (built.compiler !== known.compiler) {
        console.log(
          `${target}: builds with ${built.compiler}; made with ${known.compiler}, so that the bytes cannot be compared`,
        );
      } else if (built.sha256 !== shipped)
        troubles.push(`${target}: ${built.compiler} makes another binary of the source`);
      else console.log(`${target}: the same ${built.bytes.length} bytes from ${built.compiler}`);
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  if (troubles.length === 0) return;
  for (const trouble of troubles) console.error(trouble);
  console.error('Run "node native-bindings/build.mjs" and commit prebuilds/.');
  process.exitCode = 1;
}

if (process.argv.includes('--check') || process.argv.includes('--hashes')) check();
else {
  const targets = {};
  for (const target of Object.keys(TARGETS)) {
    const { compiler, sha256, bytes } = build(target, prebuilds);
    targets[target] = { compiler, sha256, bytes: bytes.length };
    console.log(`${target}: ${bytes.length} bytes, ${compiler}`);
  }
  writeFileSync(manifestPath, `${JSON.stringify({ source: sourceHash, targets }, null, 2)}\n`);
}
