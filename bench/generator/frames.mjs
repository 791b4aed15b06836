import { checksum, put16, put32, sum16 } from './bytes.mjs';
import { isServer } from './site.mjs';
import { ROUTER_MAC } from './stack.mjs';

const SHORTEST = 60;
const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** 2025-06-02 08:00 UTC. */
const START = 1_748_851_200_000_000;

/**
 * Writes whole frames into a capture, each in two steps: a header method returns where the payload goes, {@link end} fills in
 * lengths and checksums.
 */
export class Frames {
  /**
   * @param {import('./capture-buffer.mjs').CaptureBuffer} capture
   * @param {import('./stack.mjs').Stack} stack
   */
  constructor(capture, stack) {
    this.capture = capture;
    this.stack = stack;
    this.buf = capture.bytes;
    this.protocol = 0;
    this.at = 0;
  }

  /**
   * @param {number} source
   * @param {number} target
   * @param {number} protocol
   * @returns {number} where the transport header begins
   */
  begin(source, target, protocol) {
    const sourceMac = isServer(source) ? source : ROUTER_MAC;
    const targetMac = isServer(target) ? target : ROUTER_MAC;
    this.protocol = protocol;
    this.at = this.stack.begin(this.buf, this.capture.open(), sourceMac, targetMac, source, target, protocol);
    return this.at;
  }

  /**
   * @param {number} source
   * @param {number} target
   * @param {number} sourcePort
   * @param {number} targetPort
   * @param {number} seq
   * @param {number} ack
   * @param {number} flags a SYN carries the options that Windows sends
   * @returns {number} where the payload begins
   */
  tcp(source, target, sourcePort, targetPort, seq, ack, flags) {
    const at = this.begin(source, target, TCP);
    return tcpHeader(this.buf, at, sourcePort, targetPort, seq, ack, flags, this.stack.mss);
  }

  /**
   * @param {number} source
   * @param {number} target
   * @param {number} sourcePort
   * @param {number} targetPort
   * @returns {number} where the payload begins
   */
  udp(source, target, sourcePort, targetPort) {
    const at = this.begin(source, target, UDP);
    put16(this.buf, at, sourcePort);
    put16(this.buf, at + 2, targetPort);
    return at + 8;
  }

  /**
   * Names the link addresses of a UDP datagram, for networks without a router in between.
   *
   * @param {number} sourceMac
   * @param {number} targetMac
   * @param {number} source
   * @param {number} target
   * @param {number} sourcePort
   * @param {number} targetPort
   * @returns {number} where the payload begins
   */
  udpBetween(sourceMac, targetMac, source, target, sourcePort, targetPort) {
    const at = this.stack.begin(this.buf, this.capture.open(), sourceMac, targetMac, source, target, UDP);
    this.protocol = UDP;
    this.at = at;
    put16(this.buf, at, sourcePort);
    put16(this.buf, at + 2, targetPort);
    return at + 8;
  }

  /**
   * A router says that a SYN cannot be delivered, and quotes it.
   *
   * @param {number} router
   * @param {number} client
   * @param {number} server
   * @param {number} clientPort
   * @param {number} serverPort
   * @param {number} seq
   * @param {boolean} prohibited by a filter; else the host cannot be reached
   * @returns {number} where the frame ends
   */
  unreachable(router, client, server, clientPort, serverPort, seq, prohibited) {
    const { buf, stack } = this;
    const four = stack.version === 4;
    const at = this.begin(router, client, four ? ICMP : ICMPV6);
    const outer = stack.ipAt;
    if (four) put32(buf, at, 0x03000000 | ((prohibited ? 13 : 1) << 16));
    else put32(buf, at, 0x01000000 | ((prohibited ? 1 : 3) << 16));
    put32(buf, at + 4, 0);
    const end = this.quotedSyn(at + 8, client, server, clientPort, serverPort, seq);
    stack.ipAt = outer;
    return end;
  }

  /**
   * @param {number} at
   * @param {number} client
   * @param {number} server
   * @param {number} clientPort
   * @param {number} serverPort
   * @param {number} seq
   * @returns {number} where the quote ends
   */
  quotedSyn(at, client, server, clientPort, serverPort, seq) {
    const { buf, stack } = this;
    stack.ipAt = at;
    const tcpAt = stack.network(buf, at, client, server, TCP);
    const end = tcpHeader(buf, tcpAt, clientPort, serverPort, seq, 0, SYN, stack.mss);
    const pseudo = stack.finish(buf, end);
    put16(buf, tcpAt + 16, checksum(pseudo + TCP + sum16(buf, tcpAt, end)));
    return end;
  }

  /**
   * @param {number} end where the payload ends
   * @param {number} now microseconds since the start of the capture
   */
  end(end, now) {
    const { buf, at, protocol } = this;
    if (protocol === UDP) put16(buf, at + 4, end - at);
    const pseudo = this.stack.finish(buf, end) + protocol;
    if (protocol === TCP) {
      put16(buf, at + 16, checksum(pseudo + sum16(buf, at, end)));
    } else if (protocol === UDP) {
      put16(buf, at + 6, 0);
      put16(buf, at + 6, checksum(pseudo + sum16(buf, at, end)) || 0xffff);
    } else {
      put16(buf, at + 2, 0);
      put16(buf, at + 2, checksum((protocol === ICMP ? 0 : pseudo) + sum16(buf, at, end)));
    }
    this.finish(end, now);
  }

  /**
   * Closes a frame as it is; pads it to the shortest that Ethernet carries.
   *
   * @param {number} end
   * @param {number} now
   */
  finish(end, now) {
    const shortest = this.capture.open() + SHORTEST;
    while (end < shortest) this.buf[end++] = 0;
    this.capture.close(end, START + now);
  }
}

/**
 * @param {Uint8Array} buf
 * @param {number} at
 * @param {number} sourcePort
 * @param {number} targetPort
 * @param {number} seq
 * @param {number} ack
 * @param {number} flags
 * @param {number} mss
 * @returns {number} where the payload begins
 */
function tcpHeader(buf, at, sourcePort, targetPort, seq, ack, flags, mss) {
  put16(buf, at, sourcePort);
  put16(buf, at + 2, targetPort);
  put32(buf, at + 4, seq);
  put32(buf, at + 8, ack);
  const words = flags & SYN ? 8 : 5;
  put32(buf, at + 12, (words << 28) | (flags << 16) | (flags & SYN ? 0xfaf0 : 0x2000));
  put32(buf, at + 16, 0);
  if (words === 5) return at + 20;
  put32(buf, at + 20, 0x02040000 | mss);
  put32(buf, at + 24, 0x01030308);
  put32(buf, at + 28, 0x01010402);
  return at + 32;
}
