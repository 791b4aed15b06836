import { ACK, FIN, PSH, RST, SYN } from '../frames.mjs';
import { fill } from '../noise.mjs';
import { dnsAnswer, dnsQuery } from '../protocols/dns.mjs';
import { PROTOCOLS } from '../protocols/protocol.mjs';
import { ROUTER, SERVICES } from '../site.mjs';
import { ms } from '../wheel.mjs';

/** Where a connection stands: each phase writes one frame. */
const OPEN = 0;
const ACCEPT = 1;
const CONFIRM = 2;
const REQUEST = 3;
const RESPONSE = 4;
const ACKNOWLEDGE = 5;
const CLIENT_FIN = 6;
const SERVER_FIN = 7;
const LAST_ACK = 8;
const REFUSE = 9;
const CANNOT_DELIVER = 10;
const SERVER_RESET = 11;
const CLIENT_RESET = 12;
const ASK = 13;
const ANSWER = 14;

/** What happens to it. */
const WORKS = 0;
const REFUSED = 1;
const SILENT = 2;
const PROHIBITED = 3;
const UNREACHABLE = 4;
const RESET_BY_SERVER = 5;
const RESET_BY_CLIENT = 6;
const STALLS = 7;
const SLOW = 8;

const FATES = { works: WORKS, refused: REFUSED, silent: SILENT, prohibited: PROHIBITED, unreachable: UNREACHABLE };

/** Over and out: the next frame belongs to another connection. */
const DONE = 0;

/** @typedef {import('./connections.mjs').Connections} Connections */

/**
 * Chooses what will become of the connection in a slot.
 *
 * @param {Connections} all
 * @param {number} slot
 */
export function begin(all, slot) {
  const service = SERVICES[all.service[slot]];
  all.phase[slot] = service.application === 'dns' ? ASK : OPEN;
  let fate = FATES[service.fate];
  if (fate === WORKS) {
    const luck = all.random.below(1000);
    if (luck < 6) fate = RESET_BY_SERVER;
    else if (luck < 12) fate = RESET_BY_CLIENT;
    else if (luck < 14) fate = STALLS;
    else if (luck < 17) fate = SLOW;
  }
  all.fate[slot] = fate;
}

/**
 * Lets the capture begin when the connection in a slot is already at work.
 *
 * @param {Connections} all
 * @param {number} slot
 */
export function join(all, slot) {
  if (all.phase[slot] !== OPEN || SERVICES[all.service[slot]].fate !== 'works' || all.roundsLeft[slot] === 0) return;
  all.fate[slot] = WORKS;
  all.phase[slot] = REQUEST;
  all.round[slot] = 1;
}

/**
 * Writes the next frame of the connection in a slot.
 *
 * @param {Connections} all
 * @param {number} slot
 * @returns {number} ticks until its next frame; 0 when it is over
 */
export function step(all, slot) {
  switch (all.phase[slot]) {
    case OPEN:
      return open(all, slot);
    case ACCEPT:
      bare(all, slot, false, SYN | ACK);
      all.serverSeq[slot]++;
      return then(all, slot, CONFIRM, roundTrip(all, slot));
    case CONFIRM:
      bare(all, slot, true, ACK);
      return then(all, slot, all.roundsLeft[slot] === 0 ? CLIENT_FIN : REQUEST, 1);
    case REQUEST:
      return request(all, slot);
    case RESPONSE:
      return response(all, slot);
    case ACKNOWLEDGE:
      bare(all, slot, true, ACK);
      return acknowledged(all, slot);
    case CLIENT_FIN:
      bare(all, slot, true, FIN | ACK);
      all.clientSeq[slot]++;
      return then(all, slot, SERVER_FIN, ms(1));
    case SERVER_FIN:
      bare(all, slot, false, FIN | ACK);
      all.serverSeq[slot]++;
      return then(all, slot, LAST_ACK, roundTrip(all, slot));
    case REFUSE:
      return refuse(all, slot);
    case CANNOT_DELIVER:
      return cannotDeliver(all, slot);
    case SERVER_RESET:
      bare(all, slot, false, RST | ACK);
      return DONE;
    case CLIENT_RESET:
      bare(all, slot, true, RST | ACK);
      return DONE;
    case ASK:
    case ANSWER:
      return names(all, slot);
    default:
      bare(all, slot, true, ACK);
      return DONE;
  }
}

/**
 * @param {Connections} all
 * @param {number} slot
 * @param {number} phase
 * @param {number} delay
 */
function then(all, slot, phase, delay) {
  all.phase[slot] = phase;
  return delay;
}

/** @param {Connections} all @param {number} slot */
const roundTrip = (all, slot) => ms(2 + (all.client[slot] & 15));

/**
 * The pause before another attempt: doubled each time.
 *
 * @param {Connections} all
 * @param {number} slot
 * @param {number} first milliseconds
 */
const backOff = (all, slot, first) => ms(first << all.attempt[slot]++);

/**
 * @param {Connections} all
 * @param {number} slot
 * @param {boolean} toServer
 * @param {number} flags
 * @returns {number} where the payload begins
 */
function header(all, slot, toServer, flags) {
  const { server, port } = SERVICES[all.service[slot]];
  const client = all.client[slot];
  const clientPort = all.clientPort[slot];
  const clientSeq = all.clientSeq[slot];
  const serverSeq = all.serverSeq[slot];
  return toServer
    ? all.frames.tcp(client, server, clientPort, port, clientSeq, flags & ACK ? serverSeq : 0, flags)
    : all.frames.tcp(server, client, port, clientPort, flags & RST && !serverSeq ? 0 : serverSeq, clientSeq, flags);
}

/**
 * @param {Connections} all
 * @param {number} slot
 * @param {boolean} toServer
 * @param {number} flags
 */
function bare(all, slot, toServer, flags) {
  all.frames.end(header(all, slot, toServer, flags), all.wheel.now);
}

/** @param {Connections} all @param {number} slot */
function open(all, slot) {
  bare(all, slot, true, SYN);
  const fate = all.fate[slot];
  if (fate === REFUSED) return then(all, slot, REFUSE, ms(1));
  if (fate === PROHIBITED || fate === UNREACHABLE) return then(all, slot, CANNOT_DELIVER, ms(3));
  if (fate === SILENT) return all.attempt[slot] < 4 ? backOff(all, slot, 1000) : DONE;
  if (fate === SLOW && all.attempt[slot] === 0) return backOff(all, slot, 1000);
  all.clientSeq[slot]++;
  return then(all, slot, ACCEPT, 2);
}

/** Windows asks three times more before it believes a refusal. @param {Connections} all @param {number} slot */
function refuse(all, slot) {
  const { server, port } = SERVICES[all.service[slot]];
  const end = all.frames.tcp(
    server,
    all.client[slot],
    port,
    all.clientPort[slot],
    0,
    all.clientSeq[slot] + 1,
    RST | ACK,
  );
  all.frames.end(end, all.wheel.now);
  return all.attempt[slot]++ < 3 ? then(all, slot, OPEN, ms(500)) : DONE;
}

/** @param {Connections} all @param {number} slot */
function cannotDeliver(all, slot) {
  const { server, port } = SERVICES[all.service[slot]];
  const prohibited = all.fate[slot] === PROHIBITED;
  const { frames } = all;
  const end = frames.unreachable(
    ROUTER,
    all.client[slot],
    server,
    all.clientPort[slot],
    port,
    all.clientSeq[slot],
    prohibited,
  );
  frames.end(end, all.wheel.now);
  return all.attempt[slot] < 2 ? then(all, slot, OPEN, backOff(all, slot, 1000)) : DONE;
}

/** @param {Connections} all @param {number} slot */
function request(all, slot) {
  const protocol = PROTOCOLS[SERVICES[all.service[slot]].application];
  const first = all.round[slot] === 0;
  const size = protocol.requestSize(all.random.between(all.profile.request), first);
  const at = header(all, slot, true, ACK | PSH);
  all.frames.end(protocol.request(all.frames.buf, at, size, first, all.clientSeq[slot]), all.wheel.now);
  if (all.fate[slot] === STALLS) return all.attempt[slot] < 5 ? backOff(all, slot, 300) : DONE;
  all.clientSeq[slot] += size;
  if (all.fate[slot] === RESET_BY_SERVER) return then(all, slot, SERVER_RESET, ms(1));
  all.responseLeft[slot] = 0;
  return then(all, slot, RESPONSE, ms(1 + (all.clientPort[slot] & 7)));
}

/** One segment of it. @param {Connections} all @param {number} slot */
function response(all, slot) {
  const { frames } = all;
  const protocol = PROTOCOLS[SERVICES[all.service[slot]].application];
  const first = all.round[slot] === 0;
  const starts = all.responseLeft[slot] === 0;
  if (starts) all.responseLeft[slot] = protocol.responseSize(all.random.between(all.profile.response), first);
  const left = all.responseLeft[slot];
  const size = Math.min(left, frames.stack.mss);
  const at = header(all, slot, false, left === size ? ACK | PSH : ACK);
  const seq = all.serverSeq[slot];
  const body = starts ? protocol.response(frames.buf, at, left, first, seq) : at;
  fill(frames.buf, body, at + size, seq);
  frames.end(at + size, all.wheel.now);
  all.serverSeq[slot] = seq + size;
  all.responseLeft[slot] = left - size;
  all.attempt[slot] ^= 1;
  const last = left === size;
  return last || all.attempt[slot] === 0 ? then(all, slot, ACKNOWLEDGE, last ? roundTrip(all, slot) : 1) : 1;
}

/** @param {Connections} all @param {number} slot */
function acknowledged(all, slot) {
  if (all.responseLeft[slot] > 0) return then(all, slot, RESPONSE, 1);
  all.attempt[slot] = 0;
  all.round[slot]++;
  const think = ms(1 + all.random.below(2 * all.profile.think));
  if (--all.roundsLeft[slot] > 0) return then(all, slot, REQUEST, think);
  return then(all, slot, all.fate[slot] === RESET_BY_CLIENT ? CLIENT_RESET : CLIENT_FIN, think);
}

/** @param {Connections} all @param {number} slot */
function names(all, slot) {
  const { frames } = all;
  const { server } = SERVICES[all.service[slot]];
  const id = all.clientSeq[slot] & 0xffff;
  if (all.phase[slot] === ANSWER) {
    frames.end(
      dnsAnswer(frames.buf, frames.udp(server, all.client[slot], 53, all.clientPort[slot]), id),
      all.wheel.now,
    );
    return DONE;
  }
  frames.end(dnsQuery(frames.buf, frames.udp(all.client[slot], server, all.clientPort[slot], 53), id), all.wheel.now);
  if (all.fate[slot] !== SILENT) return then(all, slot, ANSWER, ms(1));
  return all.attempt[slot] < 3 ? backOff(all, slot, 1000) : DONE;
}
