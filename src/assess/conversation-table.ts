/** Conversations by client, server, port and protocol: open addressing over typed arrays, as there may be millions. */
export class ConversationTable {
  readonly clients: Int32Array;
  readonly servers: Int32Array;
  /** Network (network-pairs.ts) << 17 | port << 1 | 1 for UDP. */
  readonly ports: Int32Array;
  readonly odd: Uint8Array;
  count = 0;
  /** At most half full. */
  readonly #slots: Int32Array;

  /** @param most conversations that there may be; no more may be added */
  constructor(most: number) {
    this.clients = new Int32Array(most);
    this.servers = new Int32Array(most);
    this.ports = new Int32Array(most);
    this.odd = new Uint8Array(most);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(1, most) * 2)));
  }

  /** The number of the conversation; a new one where it is not known. */
  add(client: number, server: number, port: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(client, server, port) & mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const i = entry - 1;
      if (this.clients[i] === client && this.servers[i] === server && this.ports[i] === port) return i;
      slot = (slot + 1) & mask;
    }
    const i = this.count++;
    this.clients[i] = client;
    this.servers[i] = server;
    this.ports[i] = port;
    this.#slots[slot] = this.count;
    return i;
  }
}

/** What is left of an entry of `ports` without the network, and the network. */
export const PORT_MASK = 0x1ffff;
export const NETWORK_SHIFT = 17;

/** The numbers are ours, given in order of appearance: nobody outside can choose them to collide. */
function hashOf(client: number, server: number, port: number): number {
  const hash = Math.imul(client, 0x9e3779b1) ^ Math.imul(server, 0x85ebca6b) ^ Math.imul(port, 0xc2b2ae35);
  return Math.imul(hash ^ (hash >>> 15), 0x27d4eb2f) >>> 4;
}
