import { blockedRequired } from './findings/blocked-required.ts';
import { forbidden } from './findings/forbidden.ts';
import { requiredNotSeen } from './findings/required-not-seen.ts';
import { unexpectedPort } from './findings/unexpected-port.ts';
import { unknownEndpoint } from './findings/unknown-endpoint.ts';
import { wsusPortPair } from './findings/wsus-port-pair.ts';
import type { Kind } from './kind.ts';

/** Every kind of finding, in the order in which reports tell equals. */
export const KINDS: readonly Kind[] = [
  blockedRequired,
  forbidden,
  wsusPortPair,
  unexpectedPort,
  unknownEndpoint,
  requiredNotSeen,
];
