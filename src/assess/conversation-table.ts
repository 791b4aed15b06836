/** Conversations by client, server, port and protocol: open addressing over typed arrays, as there may be millions. */
export class ConversationTable {
  clients = new Int32Array(1024);
  servers = new Int32Array(1024);
  /** Network (network-pairs.ts) << 17 | port << 1 | 1 for UDP. */
  ports = new Int32Array(1024);
  odd = new Uint8Array(1024);
  count = 0;
  #slots = new Int32Array(4096);

  /** The number of the conversation; a new one where it is not known. */
  add(client: number, server: number, port: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(client, server, port) & mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const i = entry - 1;
      if (this.clients[i] === client && this.servers[i] === server && this.ports[i] === port) return i;
      slot = (slot + 1) & mask;
    }
    if (this.count === this.clients.length) this.#grow();
    const i = this.count++;
    this.clients[i] = client;
    this.servers[i] = server;
    this.ports[i] = port;
    if (this.count * 4 > this.#slots.length) this.#rehash();
    else this.#slots[slot] = this.count;
    return i;
  }

  #grow(): void {
    const double = <T extends Int32Array | Uint8Array>(array: T, to: T): T => {
      to.set(array);
      return to;
    };
    const size = this.clients.length * 2;
    this.clients = double(this.clients, new Int32Array(size));
    this.servers = double(this.servers, new Int32Array(size));
    this.ports = double(this.ports, new Int32Array(size));
    this.odd = double(this.odd, new Uint8Array(size));
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let i = 0; i < this.count; i++) {
      let slot = hashOf(this.clients[i], this.servers[i], this.ports[i]) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = i + 1;
    }
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
