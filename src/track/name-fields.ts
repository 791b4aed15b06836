/**
 * The rows in which a part keeps the names it saw (name-facts.ts). The first four integers of a row are its key. Names are numbers in
 * NameFacts.names; `+ 1` in a field means that 0 is none.
 */

/** Where an address of a name was learned. */
export const SOURCE_DNS = 0;
/** As SOURCE_DNS, for the name that owns the address where another one was asked (CNAME, additional records). */
export const SOURCE_DNS_OWNER = 1;
export const SOURCE_LLMNR = 2;
export const SOURCE_MDNS = 3;
export const SOURCE_NETBIOS = 4;

/** Family bits of keys: the client (and server) of a row is an IPv6 address, and the address of a name. */
export const CLIENT_IPV6 = 1;
export const ANSWER_IPV6 = 2;
export const SOURCE_SHIFT = 2;

/**
 * What a client asked a DNS server, by client, name and type. Counts include the copies of a mirror. Errors that do not repeat the question
 * stand under the name of no letters and type 0.
 */
export const LOOKUP_KIND = 0;
export const LOOKUP_CLIENT = 1;
export const LOOKUP_NAME = 2;
export const LOOKUP_TYPE = 3;
/** The server that was asked first. */
export const LOOKUP_SERVER = 4;
export const LOOKUP_QUERIES = 5;
/** Responses: with records, without any, and by their code; REFUSED is every other code than 0, 2 and 3. */
export const LOOKUP_ANSWERED = 6;
export const LOOKUP_EMPTY = 7;
export const LOOKUP_NXDOMAIN = 8;
export const LOOKUP_SERVFAIL = 9;
export const LOOKUP_REFUSED = 10;
export const LOOKUP_FIRST_FRAME = 11;
export const LOOKUP_FIRST_SECONDS = 12;
export const LOOKUP_FIRST_NANOSECONDS = 13;
/** Of the latest query; 0 where there was none. */
export const LOOKUP_QUERY_FRAME = 14;
export const LOOKUP_QUERY_SECONDS = 15;
/** Of the latest response that had no records. */
export const LOOKUP_FAIL_FRAME = 16;
/** Code of the latest response that REFUSED counts. */
export const LOOKUP_OTHER_CODE = 17;
export const LOOKUP_WIDTH = 18;

/** An address that a client was told for a name. Hints from neighbours (LLMNR, mDNS, NetBIOS) belong to no client: it is 0. */
export const ANSWER_KIND = 0;
export const ANSWER_CLIENT = 1;
export const ANSWER_NAME = 2;
/** IPv4 in network order, or the number of an address in NameFacts.hosts. */
export const ANSWER_ADDRESS = 3;
export const ANSWER_FRAME = 4;
export const ANSWER_SECONDS = 5;
export const ANSWER_NANOSECONDS = 6;
/** The DNS server that said so first; 0 for hints. */
export const ANSWER_SERVER = 7;
export const ANSWER_WIDTH = 8;

/** A name that stands for another one: CNAME, or the host of an SRV record. */
export const ALIAS_TYPE = 0;
export const ALIAS_NAME = 1;
export const ALIAS_TARGET = 2;
export const ALIAS_PORT = 3;
export const ALIAS_FRAME = 4;
export const ALIAS_WIDTH = 5;

/**
 * What a connection was opened for: a TLS hello, a request over HTTP, one that a proxy is to pass on (its target names the host), a CONNECT
 * to a proxy, and what began like one of these and broke its rules.
 */
export const VISIT_TLS = 1;
export const VISIT_HTTP = 2;
export const VISIT_PROXIED = 3;
export const VISIT_CONNECT = 4;
export const VISIT_BAD_HELLO = 5;
export const VISIT_BAD_REQUEST = 6;
/** An answer by which a proxy may have refused or granted what it was asked for (http-answer.ts); its status is in VISIT_PORT. */
export const VISIT_ANSWER = 7;
/** A hello of which the capture holds too little for its name. */
export const VISIT_CUT_HELLO = 8;
/** A fatal TLS alert in the clear (tls-alert.ts); its description is in VISIT_PORT. */
export const VISIT_ALERT = 9;
export const VISIT_CONNECTION = 0;
/** Side that spoke (bit 0), and the kind above it. */
export const VISIT_KIND_SIDE = 1;
/** The name + 1; a hello may have none. */
export const VISIT_NAME = 2;
/** Port of a CONNECT, status of an answer, description of an alert; 0 for others. */
export const VISIT_PORT = 3;
export const VISIT_FRAME = 4;
export const VISIT_SECONDS = 5;
export const VISIT_NANOSECONDS = 6;
/** First path of HTTP or ALPN of TLS, as a number in NameFacts.details, + 1. */
export const VISIT_DETAIL = 7;
/** TLS: highest version offered. HTTP: method. */
export const VISIT_VERSION = 8;
export const VISIT_WIDTH = 9;

/** Counters of NameFacts. */
export const COUNT_DNS = 0;
export const COUNT_DNS_MALFORMED = 1;
/** Visits of connections that were set aside for want of memory. */
export const COUNT_SET_ASIDE = 2;
export const NAME_COUNTERS = 3;
