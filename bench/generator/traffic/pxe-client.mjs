import {
  ACKNOWLEDGE,
  addressOption,
  DISCOVER,
  OFFER,
  option,
  pxeClient,
  pxeServer,
  REQUEST,
} from '../protocols/dhcp.mjs';
import { DHCP, DP } from '../site.mjs';
import { ms } from '../wheel.mjs';
import { abandonedRead, lostAnswers, missingFile, read, stalledRead, unansweredRead } from './tftp-read.mjs';

const PROGRAM = 'smsboot\\x64\\wdsmgfw.efi';
const MASK = addressOption(1, 0xff000000);
const GATEWAY = addressOption(3, 0x0a000001);
const LEASE = option(51, [0, 1, 0x51, 0x80]);

/** Of a hundred clients: the first that meets each trouble. */
const TROUBLE = { noBootServer: 7, missingFile: 23, noTftp: 42, stalls: 61 };

/**
 * A client from power on until it runs Windows PE: writes a frame, and yields the ticks until the next.
 *
 * @param {import('./pxe-network.mjs').PxeNetwork} network
 * @param {number} index
 * @param {number} packets about as many as it takes
 * @param {import('../random.mjs').Random} random
 * @returns {Generator<number, void>}
 */
export function* boot(network, index, packets, random) {
  const trouble = index % 100;
  if (trouble === TROUBLE.noBootServer) return yield* withoutBootServer(network);
  yield* address(network, true);
  yield* bootServer(network);

  if (trouble === TROUBLE.missingFile) return yield* missingFile(network, 'smsboot\\x64\\wdsmgfw.efl', random);
  if (trouble === TROUBLE.noTftp) return yield* unansweredRead(network, PROGRAM, random);
  yield* abandonedRead(network, PROGRAM, random);
  const window = index % 2 === 0 ? 4 : 1;
  const blocks = Math.max(64, Math.floor((packets - 40) / (1 + 1 / window)));
  yield* read(network, PROGRAM, Math.floor(blocks * 0.03), 1, random);
  yield* read(network, 'smsboot\\x64\\bootmgfw.efi', Math.floor(blocks * 0.04), 1, random);
  yield* read(network, `\\SMSTemp\\2025.06.02.08.00.${index}.{01}.boot.bcd`, 18, 1, random);
  yield* read(network, '\\SMSImages\\CM100005\\boot.sdi', Math.floor(blocks * 0.05), window, random);
  const image = Math.floor(blocks * 0.85);
  if (trouble === TROUBLE.stalls) return yield* stalledRead(network, IMAGE, image, random);
  yield* read(network, IMAGE, image, window, random);
}

/**
 * A client whose TFTP answers a firewall drops: it comes as far as the name of its program.
 *
 * @param {import('./pxe-network.mjs').PxeNetwork} network
 * @param {number} index
 * @param {number} _packets
 * @param {import('../random.mjs').Random} random
 * @returns {Generator<number, void>}
 */
export function* blockedBoot(network, index, _packets, random) {
  if (index % 100 === TROUBLE.noBootServer) return yield* withoutBootServer(network);
  yield* address(network, true);
  yield* bootServer(network);
  if (index % 100 === TROUBLE.missingFile) return yield* missingFile(network, 'smsboot\\x64\\wdsmgfw.efl', random);
  yield* lostAnswers(network, PROGRAM, random);
}

const IMAGE = '\\SMSImages\\CM100005\\boot.CM100005.wim';

/**
 * Discover, offers, request, acknowledgement.
 *
 * @param {import('./pxe-network.mjs').PxeNetwork} network
 * @param {boolean} proxy whether the boot server answers too
 * @returns {Generator<number, void>}
 */
function* address(network, proxy) {
  const { client } = network;
  const lease = [addressOption(54, DHCP), LEASE, MASK, GATEWAY];
  network.broadcast(DISCOVER, pxeClient(client));
  yield ms(1);
  network.answerAll(DHCP, OFFER, { yiaddr: client }, lease);
  yield ms(2);
  if (!proxy) return;
  network.answerAll(DP, OFFER, { siaddr: DP }, [addressOption(54, DP), ...pxeServer(client)]);
  yield ms(900);
  network.broadcast(REQUEST, [addressOption(50, client), addressOption(54, DHCP), ...pxeClient(client)]);
  yield ms(1);
  network.answerAll(DHCP, ACKNOWLEDGE, { yiaddr: client }, lease);
  yield ms(5);
}

/** The firmware asks four times, each time longer, and gives up. @param {import('./pxe-network.mjs').PxeNetwork} network */
function* withoutBootServer(network) {
  for (const seconds of [4, 8, 16, 1]) {
    yield* address(network, false);
    yield ms(seconds * 1000);
  }
}

/** Port 4011. @param {import('./pxe-network.mjs').PxeNetwork} network */
function* bootServer(network) {
  const { client } = network;
  network.bootServer(false, REQUEST, { ciaddr: client }, pxeClient(client));
  yield ms(3);
  network.bootServer(true, ACKNOWLEDGE, { ciaddr: client, siaddr: DP, file: PROGRAM }, [
    addressOption(54, DP),
    ...pxeServer(client),
  ]);
  yield ms(10);
}
