import {
  CLIENT_IPV6,
  LOOKUP_ANSWERED,
  LOOKUP_CLIENT,
  LOOKUP_EMPTY,
  LOOKUP_FAIL_FRAME,
  LOOKUP_FIRST_FRAME,
  LOOKUP_FIRST_NANOSECONDS,
  LOOKUP_FIRST_SECONDS,
  LOOKUP_KIND,
  LOOKUP_NAME,
  LOOKUP_NXDOMAIN,
  LOOKUP_OTHER_CODE,
  LOOKUP_QUERIES,
  LOOKUP_QUERY_FRAME,
  LOOKUP_QUERY_SECONDS,
  LOOKUP_REFUSED,
  LOOKUP_SERVER,
  LOOKUP_SERVFAIL,
  LOOKUP_TYPE,
  LOOKUP_WIDTH,
} from '../track/name-fields.ts';
import type { Observation } from '../track/observation.ts';
import type { Names } from '../track/part.ts';
import { nameTexts } from './name-text.ts';

/**
 * What a client asked for one name and type, over the whole capture. Counts include the copies of a mirror. Errors that do not say what
 * they answer are one of their own, of the name '' and type 0.
 */
export interface Lookup {
  client: string;
  /** The server that was asked first. */
  server: string;
  name: string;
  /** RFC 1035 section 3.2.2: 1 is A, 28 AAAA. */
  type: number;
  queries: number;
  /** Responses with records, without any, and by their code; REFUSED and every other error count as refused. */
  answered: number;
  empty: number;
  nxdomain: number;
  servfail: number;
  refused: number;
  /** Code of the latest of those that count as refused (RFC 6895 section 2.3); 0 where there is none. */
  otherCode: number;
  /** First question or response. */
  frame: number;
  seconds: number;
  nanoseconds: number;
  /** Latest question; 0 where none was seen. */
  queryFrame: number;
  querySeconds: number;
  /** Latest response without records; 0 where there was none. */
  failFrame: number;
}

/** The lookups of a table of facts. */
export function lookupsOf({ lookups, names }: Names, observation: Observation): Lookup[] {
  const { values, count } = lookups;
  const textOf = nameTexts(names);
  return Array.from({ length: count }, (_, i): Lookup => {
    const at = i * LOOKUP_WIDTH;
    const family = (values[at + LOOKUP_KIND] & CLIENT_IPV6) !== 0 ? 6 : 4;
    return {
      client: observation.addressText(family, values[at + LOOKUP_CLIENT]),
      server: observation.addressText(family, values[at + LOOKUP_SERVER]),
      name: textOf(values[at + LOOKUP_NAME]),
      type: values[at + LOOKUP_TYPE],
      queries: values[at + LOOKUP_QUERIES],
      answered: values[at + LOOKUP_ANSWERED],
      empty: values[at + LOOKUP_EMPTY],
      nxdomain: values[at + LOOKUP_NXDOMAIN],
      servfail: values[at + LOOKUP_SERVFAIL],
      refused: values[at + LOOKUP_REFUSED],
      otherCode: values[at + LOOKUP_OTHER_CODE],
      frame: values[at + LOOKUP_FIRST_FRAME] >>> 0,
      seconds: values[at + LOOKUP_FIRST_SECONDS] >>> 0,
      nanoseconds: values[at + LOOKUP_FIRST_NANOSECONDS],
      queryFrame: values[at + LOOKUP_QUERY_FRAME] >>> 0,
      querySeconds: values[at + LOOKUP_QUERY_SECONDS] >>> 0,
      failFrame: values[at + LOOKUP_FAIL_FRAME] >>> 0,
    };
  });
}
