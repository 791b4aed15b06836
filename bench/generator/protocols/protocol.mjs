/**
 * How the payloads of an application look: one message each way a round. A request fits one segment; a response may need
 * many, and only its head is written here, noise fills the rest.
 *
 * @typedef {object} Protocol
 * @property {(want: number, first: boolean) => number} requestSize the nearest size that a request can have
 * @property {(buf: Uint8Array, at: number, size: number, first: boolean, seed: number) => number} request returns its end
 * @property {(want: number, first: boolean) => number} responseSize
 * @property {(buf: Uint8Array, at: number, size: number, first: boolean, seed: number) => number} response returns the end
 *   of the head
 */

import { http } from './http.mjs';
import { ldap } from './ldap.mjs';
import { plain } from './plain.mjs';
import { rpc } from './rpc.mjs';
import { smb } from './smb.mjs';
import { tls } from './tls.mjs';

/** Applications over TCP; DNS has a file of its own. @type {Record<string, Protocol>} */
export const PROTOCOLS = { http, tls, smb, ldap, rpc, plain };
