import { dhcp } from '../protocols/dhcp.mjs';
import { DP } from '../site.mjs';
import { BROADCAST } from '../stack.mjs';

/** Writes the datagrams of one client and its servers, all on one link. */
export class PxeNetwork {
  /**
   * @param {import('../frames.mjs').Frames} frames
   * @param {import('../wheel.mjs').Wheel} wheel
   * @param {number} client the address that it is going to get; also the end of its link address
   * @param {number} xid
   */
  constructor(frames, wheel, client, xid) {
    this.frames = frames;
    this.wheel = wheel;
    this.client = client;
    this.xid = xid;
    this.buf = frames.buf;
  }

  /** @param {number} end */
  end(end) {
    this.frames.end(end, this.wheel.now);
  }

  /**
   * A client without an address asks everybody.
   *
   * @param {number} type
   * @param {Buffer[]} options
   */
  broadcast(type, options) {
    const at = this.frames.udpBetween(this.client, BROADCAST, 0, 0xffffffff, 68, 67);
    const fields = { reply: false, xid: this.xid, mac: this.client, broadcast: true };
    this.end(dhcp(this.buf, at, type, fields, options));
  }

  /**
   * @param {number} server
   * @param {number} type
   * @param {Partial<import('../protocols/dhcp.mjs').Fields>} fields
   * @param {Buffer[]} options
   */
  answerAll(server, type, fields, options) {
    const at = this.frames.udpBetween(server, BROADCAST, server, 0xffffffff, 67, 68);
    const all = { reply: true, xid: this.xid, mac: this.client, broadcast: true, ...fields };
    this.end(dhcp(this.buf, at, type, all, options));
  }

  /**
   * The talk with the boot server on port 4011.
   *
   * @param {boolean} reply
   * @param {number} type
   * @param {Partial<import('../protocols/dhcp.mjs').Fields>} fields
   * @param {Buffer[]} options
   */
  bootServer(reply, type, fields, options) {
    const at = reply ? this.down(4011, 68) : this.up(68, 4011);
    this.end(dhcp(this.buf, at, type, { reply, xid: this.xid, mac: this.client, ...fields }, options));
  }

  /** @param {number} clientPort @param {number} serverPort @returns {number} where the payload begins */
  up(clientPort, serverPort) {
    return this.frames.udpBetween(this.client, DP, this.client, DP, clientPort, serverPort);
  }

  /** @param {number} serverPort @param {number} clientPort @returns {number} where the payload begins */
  down(serverPort, clientPort) {
    return this.frames.udpBetween(DP, this.client, DP, this.client, serverPort, clientPort);
  }
}
