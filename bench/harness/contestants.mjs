import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A command that reads a capture.
 *
 * @typedef {object} Contestant
 * @property {string} name
 * @property {string} does what the comparison is about
 * @property {(file: string, scratch: string) => string[]} command `scratch` is an empty folder
 * @property {(code: number) => boolean} [accepts]
 * @property {string} [missing] why it cannot run
 * @property {boolean} [slow] only for inputs of a million packets
 * @property {boolean} [quick] takes part in the quick form
 * @property {RegExp} [cannotRead] files that it does not understand
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const BIN = join(HERE, '../../dist/pcapcheck.js');
/** Some programs read nothing in such a file, and do not say so. */
const COMPRESSED = /\.gz$/;
const TOPOLOGY = join(HERE, '../site.yaml');

/** Findings are no failure. @param {number} code */
const analyzed = (code) => code === 0 || code === 1;

/**
 * @param {string} name
 * @param {string} does
 * @param {string[]} options
 * @returns {Contestant}
 */
const own = (name, does, options) => ({
  name,
  does,
  command: (file) => [process.execPath, BIN, file, '--topology', TOPOLOGY, '--quiet', '--format', 'json', ...options],
  accepts: analyzed,
  quick: true,
  ...(existsSync(BIN) ? {} : { missing: 'not built: npm run build' }),
});

/** The product. The first is what all others are held against. @type {Contestant[]} */
export const OWN = [
  own('pcapcheck', 'the whole analysis: connections, verdicts, report', []),
  own('pcapcheck --workers 1', 'the same on one worker', ['--workers', '1']),
  own('pcapcheck --workers 2', 'the same on two workers', ['--workers', '2']),
  {
    ...own('pcapcheck flows', 'a line of JSON a connection', []),
    command: (file) => [process.execPath, BIN, 'flows', file, '--quiet', '--format', 'ndjson'],
  },
];

/**
 * @param {string} program
 * @param {string} name
 * @param {string} does
 * @param {Contestant['command']} command
 * @param {Partial<Contestant>} [more]
 * @returns {Contestant}
 */
const peer = (program, name, does, command, more = {}) => ({
  name,
  does,
  command,
  ...(installed(program) ? {} : { missing: 'not installed' }),
  ...more,
});

/** @returns {Promise<Contestant[]>} */
export async function peers() {
  return [
    peer('capinfos', 'capinfos -c', 'counts packets, nothing else', (file) => ['capinfos', '-c', file], {
      quick: true,
    }),
    peer(
      'nfpcapd',
      'nfpcapd',
      'flow records written to files',
      (file, scratch) => ['nfpcapd', '-r', file, '-w', scratch],
      { quick: true, cannotRead: COMPRESSED },
    ),
    peer('argus', 'argus', 'flow records, thrown away', (file) => ['argus', '-r', file, '-w', '/dev/null'], {
      cannotRead: COMPRESSED,
    }),
    peer('tcptrace', 'tcptrace', 'TCP connections', (file) => ['tcptrace', '-n', file], { cannotRead: /\.pcapng$/ }),
    peer(
      'ndpiReader',
      'ndpiReader',
      'flows and their protocol from the payload',
      (file) => ['ndpiReader', '-q', '-i', file],
      { cannotRead: COMPRESSED },
    ),
    await pcapParser(),
    peer(
      'tshark',
      'tshark -z conv,tcp',
      'every field of every packet, a list of TCP conversations',
      (file) => ['tshark', '-n', '-q', '-r', file, '-z', 'conv,tcp'],
      { slow: true },
    ),
  ];
}

/** @returns {Promise<Contestant>} */
async function pcapParser() {
  /** @type {Contestant} */
  const contestant = {
    name: 'pcap-parser',
    does: 'an event a packet in JavaScript, nothing decoded',
    command: (file) => [process.execPath, join(HERE, 'pcap-parser-yardstick.mjs'), file],
    cannotRead: /\.(pcapng|gz)$/,
  };
  try {
    const name = 'pcap-parser';
    await import(name);
    return contestant;
  } catch {
    return { ...contestant, missing: 'not installed: npm ci' };
  }
}

/** @param {string} program */
function installed(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
