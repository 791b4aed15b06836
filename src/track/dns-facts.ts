import {
  DNS_TYPE_A,
  DNS_TYPE_AAAA,
  DNS_TYPE_CNAME,
  DNS_TYPE_NB,
  DNS_TYPE_SRV,
  DnsName,
  DnsReader,
  RCODE_NXDOMAIN,
  RCODE_OK,
  RCODE_SERVFAIL,
} from '../protocols/dns.ts';
import type { NameFacts } from './name-facts.ts';
import {
  ALIAS_FRAME,
  ANSWER_FRAME,
  ANSWER_IPV6,
  ANSWER_NANOSECONDS,
  ANSWER_SECONDS,
  ANSWER_SERVER,
  CLIENT_IPV6,
  COUNT_DNS,
  COUNT_DNS_MALFORMED,
  LOOKUP_ANSWERED,
  LOOKUP_EMPTY,
  LOOKUP_FAIL_FRAME,
  LOOKUP_FIRST_FRAME,
  LOOKUP_FIRST_NANOSECONDS,
  LOOKUP_FIRST_SECONDS,
  LOOKUP_NXDOMAIN,
  LOOKUP_OTHER_CODE,
  LOOKUP_QUERIES,
  LOOKUP_QUERY_FRAME,
  LOOKUP_QUERY_SECONDS,
  LOOKUP_REFUSED,
  LOOKUP_SERVER,
  LOOKUP_SERVFAIL,
  SOURCE_DNS,
  SOURCE_DNS_OWNER,
  SOURCE_LLMNR,
  SOURCE_MDNS,
  SOURCE_NETBIOS,
  SOURCE_SHIFT,
} from './name-fields.ts';

/** Source + 1 by UDP port: RFC 1035 section 4.2.1, RFC 4795 section 2, RFC 6762 section 5, RFC 1002 section 6. */
const byPort = new Uint8Array(65536);
byPort[53] = SOURCE_DNS + 1;
byPort[5355] = SOURCE_LLMNR + 1;
byPort[5353] = SOURCE_MDNS + 1;
byPort[137] = SOURCE_NETBIOS + 1;

/** The source + 1 of names in datagrams between two ports, 0 where they carry none. A server has the port; a query of a server has it at the other end. */
export function nameSource(sourcePort: number, destinationPort: number): number {
  return byPort[sourcePort] || byPort[destinationPort];
}

/** RFC 1035 section 4.1.1 */
const OPCODE_QUERY = 0;
/** Addresses read of one NetBIOS record. */
const MAX_NB_ADDRESSES = 16;
/** Sixteenth characters of the names of machines ([MS-NBTE] section 2.2.2 and before); others are of domains, users and roles. */
const NB_WORKSTATION = 0x00;
const NB_SERVER = 0x20;
/** The name is one of a group (RFC 1002 section 4.2.1.3, NB_FLAGS, G): a domain or a workgroup. */
const NB_GROUP = 0x80;

/** DNS messages as rows of NameFacts. */
export class DnsFacts {
  readonly #facts: NameFacts;
  readonly #reader = new DnsReader();
  readonly #target = new DnsName();

  constructor(facts: NameFacts) {
    this.#facts = facts;
  }

  /**
   * Reads one message.
   * @param source SOURCE_
   * @param isV6 1 where the ends are IPv6 addresses @param from, to the ends as a record holds them
   */
  message(
    bytes: Uint8Array,
    offset: number,
    length: number,
    source: number,
    isV6: number,
    from: number,
    to: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const facts = this.#facts;
    const reader = this.#reader;
    if (!reader.read(bytes, offset, length, source === SOURCE_NETBIOS)) {
      facts.counters[COUNT_DNS_MALFORMED]++;
      return;
    }
    facts.counters[COUNT_DNS]++;
    if (source !== SOURCE_DNS) {
      // Hints: who answers, or registers itself, tells of its own address.
      this.#records(bytes, source, 0, 0, 0, -1, seconds, nanoseconds, frame);
      return;
    }
    if (reader.opcode !== OPCODE_QUERY) return;
    // A server that does not understand a question may answer with the header alone.
    if (reader.questionType === 0 && !(reader.isResponse && reader.rcode !== RCODE_OK)) return;
    const name = facts.names.intern(reader.question.bytes, 0, reader.question.length);
    if (name < 0) return;
    if (reader.isResponse) this.#response(bytes, name, isV6, to, from, seconds, nanoseconds, frame);
    else this.#query(name, isV6, from, to, seconds, nanoseconds, frame);
    if (!reader.isWhole) facts.counters[COUNT_DNS_MALFORMED]++;
  }

  /** The row of a client's question, made where there is none; -1 where there is no room. */
  #lookup(
    name: number,
    isV6: number,
    client: number,
    server: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): number {
    const { lookups } = this.#facts;
    const at = lookups.at(isV6 * CLIENT_IPV6, client, name, this.#reader.questionType);
    if (at < 0 || !lookups.isNew) return at;
    lookups.values[at + LOOKUP_SERVER] = server;
    lookups.values[at + LOOKUP_FIRST_FRAME] = frame;
    lookups.values[at + LOOKUP_FIRST_SECONDS] = seconds;
    lookups.values[at + LOOKUP_FIRST_NANOSECONDS] = nanoseconds;
    return at;
  }

  #query(
    name: number,
    isV6: number,
    client: number,
    server: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const at = this.#lookup(name, isV6, client, server, seconds, nanoseconds, frame);
    if (at < 0) return;
    const { values } = this.#facts.lookups;
    values[at + LOOKUP_QUERIES]++;
    values[at + LOOKUP_QUERY_FRAME] = frame;
    values[at + LOOKUP_QUERY_SECONDS] = seconds;
  }

  #response(
    bytes: Uint8Array,
    name: number,
    isV6: number,
    client: number,
    server: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const reader = this.#reader;
    const found = this.#records(bytes, SOURCE_DNS, isV6, client, server, name, seconds, nanoseconds, frame);
    const at = this.#lookup(name, isV6, client, server, seconds, nanoseconds, frame);
    if (at < 0) return;
    const { values } = this.#facts.lookups;
    const field = found || (reader.rcode === RCODE_OK && reader.isTruncated) ? LOOKUP_ANSWERED : fieldOf(reader.rcode);
    values[at + field]++;
    if (field !== LOOKUP_ANSWERED) values[at + LOOKUP_FAIL_FRAME] = frame;
    if (field === LOOKUP_REFUSED) values[at + LOOKUP_OTHER_CODE] = reader.rcode;
  }

  /**
   * Reads all records: addresses and aliases.
   * @param asked name that was asked, -1 for hints: then addresses belong to their owners alone
   * @returns true where there was an answer: an alias alone is none
   */
  #records(
    bytes: Uint8Array,
    source: number,
    isV6: number,
    client: number,
    server: number,
    asked: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): boolean {
    const facts = this.#facts;
    const reader = this.#reader;
    let answered = false;
    while (reader.next()) {
      const { type, dataOffset, dataLength } = reader;
      if (asked >= 0 && reader.isAnswer && type === reader.questionType) answered = true;
      if (type === DNS_TYPE_A && dataLength === 4) {
        this.#address(source, isV6, client, server, asked, 0, int32(bytes, dataOffset), seconds, nanoseconds, frame);
      } else if (type === DNS_TYPE_AAAA && dataLength === 16) {
        const number = facts.hosts.internWords(
          int32(bytes, dataOffset),
          int32(bytes, dataOffset + 4),
          int32(bytes, dataOffset + 8),
          int32(bytes, dataOffset + 12),
        );
        if (number >= 0) this.#address(source, isV6, client, server, asked, 1, number, seconds, nanoseconds, frame);
      } else if (type === DNS_TYPE_NB && source === SOURCE_NETBIOS) {
        const isHost = reader.owner.suffix === NB_WORKSTATION || reader.owner.suffix === NB_SERVER;
        for (let i = 0; i + 6 <= dataLength && i < MAX_NB_ADDRESSES * 6 && isHost; i += 6)
          if ((bytes[dataOffset + i] & NB_GROUP) === 0)
            this.#address(
              source,
              isV6,
              client,
              server,
              asked,
              0,
              int32(bytes, dataOffset + i + 2),
              seconds,
              nanoseconds,
              frame,
            );
      } else if (type === DNS_TYPE_CNAME && source === SOURCE_DNS) {
        this.#alias(type, dataOffset, 0, frame);
      } else if (type === DNS_TYPE_SRV && dataLength > 6 && source === SOURCE_DNS) {
        this.#alias(type, dataOffset + 6, (bytes[dataOffset + 4] << 8) | bytes[dataOffset + 5], frame);
      }
    }
    return answered;
  }

  #address(
    source: number,
    isV6: number,
    client: number,
    server: number,
    asked: number,
    addressIsV6: number,
    address: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const facts = this.#facts;
    const reader = this.#reader;
    const isAsked = reader.isAnswer && asked >= 0;
    const families = isV6 * CLIENT_IPV6 + addressIsV6 * ANSWER_IPV6;
    if (isAsked && reader.questionType === reader.type)
      this.#answer((source << SOURCE_SHIFT) | families, client, server, asked, address, seconds, nanoseconds, frame);
    const owner = facts.names.intern(reader.owner.bytes, 0, reader.owner.length);
    if (owner < 0 || (isAsked && owner === asked) || reader.owner.length === 0) return;
    const ownerSource = source === SOURCE_DNS ? SOURCE_DNS_OWNER : source;
    this.#answer((ownerSource << SOURCE_SHIFT) | families, client, server, owner, address, seconds, nanoseconds, frame);
  }

  #answer(
    kind: number,
    client: number,
    server: number,
    name: number,
    address: number,
    seconds: number,
    nanoseconds: number,
    frame: number,
  ): void {
    const { answers } = this.#facts;
    const at = answers.at(kind, client, name, address);
    if (at < 0 || !answers.isNew) return;
    answers.values[at + ANSWER_FRAME] = frame;
    answers.values[at + ANSWER_SECONDS] = seconds;
    answers.values[at + ANSWER_NANOSECONDS] = nanoseconds;
    answers.values[at + ANSWER_SERVER] = server;
  }

  #alias(type: number, targetOffset: number, port: number, frame: number): void {
    const facts = this.#facts;
    const target = this.#target;
    if (!this.#reader.readTarget(targetOffset, target)) return;
    const owner = facts.names.intern(this.#reader.owner.bytes, 0, this.#reader.owner.length);
    const to = facts.names.intern(target.bytes, 0, target.length);
    if (owner < 0 || to < 0) return;
    const at = facts.aliases.at(type, owner, to, port);
    if (at >= 0 && facts.aliases.isNew) facts.aliases.values[at + ALIAS_FRAME] = frame;
  }
}

/** The counter of a response without records. */
function fieldOf(rcode: number): number {
  if (rcode === RCODE_OK) return LOOKUP_EMPTY;
  if (rcode === RCODE_NXDOMAIN) return LOOKUP_NXDOMAIN;
  return rcode === RCODE_SERVFAIL ? LOOKUP_SERVFAIL : LOOKUP_REFUSED;
}

function int32(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
