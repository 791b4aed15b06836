import { acknowledgement, data, error, optionAcknowledgement, readRequest } from '../protocols/tftp.mjs';
import { ms } from '../wheel.mjs';

const BLOCK = 1456;
const TFTP = 69;
/** Of so many blocks one is sent again. */
const LOSS = 1000;

/**
 * @typedef {import('./pxe-network.mjs').PxeNetwork} PxeNetwork
 * @typedef {import('../random.mjs').Random} Random
 */

/** @param {Random} random */
const dynamicPort = (random) => 49_152 + random.below(16_384);

/** @param {number} blocks the last one is not full */
const sizeOf = (blocks) => (blocks - 1) * BLOCK + 700;

/**
 * The request and its acknowledged options.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {number} blocks
 * @param {number} window
 * @param {number} clientPort
 * @param {number} serverPort
 */
function* open(network, file, blocks, window, clientPort, serverPort) {
  const { buf } = network;
  /** @type {Record<string, number>} */
  const more = window > 1 ? { windowsize: window } : {};
  network.end(readRequest(buf, network.up(clientPort, TFTP), file, { tsize: 0, blksize: BLOCK, ...more }));
  yield ms(2);
  const options = { tsize: sizeOf(blocks), blksize: BLOCK, ...more };
  network.end(optionAcknowledgement(buf, network.down(serverPort, clientPort), options));
  yield 3;
}

/**
 * A file is read to its end.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {number} blocks
 * @param {number} window blocks an acknowledgement
 * @param {Random} random
 */
export function* read(network, file, blocks, window, random) {
  const { buf } = network;
  const clientPort = dynamicPort(random);
  const serverPort = dynamicPort(random);
  yield* open(network, file, blocks, window, clientPort, serverPort);
  network.end(acknowledgement(buf, network.up(clientPort, serverPort), 0));
  yield 3;
  for (let block = 1; block <= blocks; block++) {
    const last = block === blocks;
    const size = last ? sizeOf(blocks) % BLOCK : BLOCK;
    network.end(data(buf, network.down(serverPort, clientPort), block & 0xffff, size));
    if (window === 1 && random.below(LOSS) === 0) {
      yield ms(1000);
      network.end(data(buf, network.down(serverPort, clientPort), block & 0xffff, size));
    }
    yield 2;
    if (!last && block % window !== 0) continue;
    network.end(acknowledgement(buf, network.up(clientPort, serverPort), block & 0xffff));
    yield 2 + random.below(4);
  }
  yield ms(20);
}

/**
 * The firmware asks for the size, and breaks off once it knows.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {Random} random
 */
export function* abandonedRead(network, file, random) {
  const clientPort = dynamicPort(random);
  const serverPort = dynamicPort(random);
  yield* open(network, file, 100, 1, clientPort, serverPort);
  network.end(error(network.buf, network.up(clientPort, serverPort), 8, 'User aborted the transfer'));
  yield ms(3);
}

/**
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {Random} random
 */
export function* missingFile(network, file, random) {
  const clientPort = dynamicPort(random);
  network.end(readRequest(network.buf, network.up(clientPort, TFTP), file, { tsize: 0, blksize: BLOCK }));
  yield ms(2);
  network.end(error(network.buf, network.down(dynamicPort(random), clientPort), 1, 'File not found'));
  yield ms(1);
}

/**
 * A filter drops every request.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {Random} random
 */
export function* unansweredRead(network, file, random) {
  const clientPort = dynamicPort(random);
  for (const seconds of [1, 2, 4, 8, 1]) {
    network.end(readRequest(network.buf, network.up(clientPort, TFTP), file, { tsize: 0, blksize: BLOCK }));
    yield ms(seconds * 1000);
  }
}

/**
 * Seen at the server: a filter drops what it answers from its dynamic port, and both ask again until they give up.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {Random} random
 */
export function* lostAnswers(network, file, random) {
  const clientPort = dynamicPort(random);
  for (const seconds of [1, 2, 4, 8]) {
    yield* open(network, file, 100, 1, clientPort, dynamicPort(random));
    yield ms(seconds * 1000);
  }
}

/**
 * The client falls silent half way; the server sends the same block until it gives up.
 *
 * @param {PxeNetwork} network
 * @param {string} file
 * @param {number} blocks
 * @param {Random} random
 */
export function* stalledRead(network, file, blocks, random) {
  const { buf } = network;
  const clientPort = dynamicPort(random);
  const serverPort = dynamicPort(random);
  yield* open(network, file, blocks, 1, clientPort, serverPort);
  network.end(acknowledgement(buf, network.up(clientPort, serverPort), 0));
  yield 3;
  for (let block = 1; block < blocks / 2; block++) {
    network.end(data(buf, network.down(serverPort, clientPort), block & 0xffff, BLOCK));
    yield 2;
    network.end(acknowledgement(buf, network.up(clientPort, serverPort), block & 0xffff));
    yield 3;
  }
  const block = Math.ceil(blocks / 2);
  for (const seconds of [1, 2, 4, 8, 1]) {
    network.end(data(buf, network.down(serverPort, clientPort), block & 0xffff, BLOCK));
    yield ms(seconds * 1000);
  }
}
