import { blockedRequired } from './findings/blocked-required.ts';
import { endpointBlocked } from './findings/endpoint-blocked.ts';
import { endpointNotSeen } from './findings/endpoint-not-seen.ts';
import { endpointUnlisted } from './findings/endpoint-unlisted.ts';
import { endpointUnresolved } from './findings/endpoint-unresolved.ts';
import { forbidden } from './findings/forbidden.ts';
import { nameUnresolved } from './findings/name-unresolved.ts';
import { pxe4011Unanswered } from './findings/pxe-4011-unanswered.ts';
import { pxeAborted } from './findings/pxe-aborted.ts';
import { pxeCompetingServers } from './findings/pxe-competing-servers.ts';
import { pxeNoBootFile } from './findings/pxe-no-boot-file.ts';
import { pxeNoBootServer } from './findings/pxe-no-boot-server.ts';
import { pxeNoOffer } from './findings/pxe-no-offer.ts';
import { pxeOptionsOverride } from './findings/pxe-options-override.ts';
import { pxeStalled } from './findings/pxe-stalled.ts';
import { pxeWrongBootFile } from './findings/pxe-wrong-boot-file.ts';
import { requiredNotSeen } from './findings/required-not-seen.ts';
import { rpcDynamicBlocked } from './findings/rpc-dynamic-blocked.ts';
import { rpcMapperRefused } from './findings/rpc-mapper-refused.ts';
import { rpcPortOutOfRange } from './findings/rpc-port-out-of-range.ts';
import { rpcPortUnmapped } from './findings/rpc-port-unmapped.ts';
import { serviceMismatch } from './findings/service-mismatch.ts';
import { slowConnect } from './findings/slow-connect.ts';
import { tftpFragmentsLost } from './findings/tftp-fragments-lost.ts';
import { tftpPortFixed } from './findings/tftp-port-fixed.ts';
import { tftpPortOutOfRange } from './findings/tftp-port-out-of-range.ts';
import { tftpRefused } from './findings/tftp-refused.ts';
import { tftpReplyBlocked } from './findings/tftp-reply-blocked.ts';
import { tftpRequestUnanswered } from './findings/tftp-request-unanswered.ts';
import { tftpSlow } from './findings/tftp-slow.ts';
import { tftpStalled } from './findings/tftp-stalled.ts';
import { tlsHandshakeFailed } from './findings/tls-handshake-failed.ts';
import { unexpectedPort } from './findings/unexpected-port.ts';
import { unknownEndpoint } from './findings/unknown-endpoint.ts';
import { wsusPortPair } from './findings/wsus-port-pair.ts';
import type { Kind } from './kind.ts';

/** Every kind of finding, in the order in which reports tell equals. */
export const KINDS: readonly Kind[] = [
  blockedRequired,
  rpcDynamicBlocked,
  rpcMapperRefused,
  endpointBlocked,
  endpointUnresolved,
  pxeNoOffer,
  pxeNoBootServer,
  pxe4011Unanswered,
  pxeNoBootFile,
  tftpReplyBlocked,
  tftpRequestUnanswered,
  tftpRefused,
  tftpStalled,
  tftpFragmentsLost,
  pxeWrongBootFile,
  pxeStalled,
  pxeCompetingServers,
  tftpPortOutOfRange,
  pxeOptionsOverride,
  tftpSlow,
  pxeAborted,
  rpcPortOutOfRange,
  forbidden,
  wsusPortPair,
  serviceMismatch,
  unexpectedPort,
  endpointUnlisted,
  unknownEndpoint,
  tftpPortFixed,
  slowConnect,
  tlsHandshakeFailed,
  rpcPortUnmapped,
  nameUnresolved,
  requiredNotSeen,
  endpointNotSeen,
];
