/** Option 82, what a relay adds to a client's message: RFC 3046; link selection RFC 3527, server identifier override RFC 5107. */
import { hexOf, ipv4Of } from './bytes-text.ts';
import { readSubOptions } from './dhcp-options.ts';

const CIRCUIT_ID = 1;
const REMOTE_ID = 2;
const LINK_SELECTION = 5;
const SERVER_ID_OVERRIDE = 11;

export interface RelayOption {
  /** Codes of all sub-options, in the order of the message. */
  codes: number[];
  /** Where the client is connected, in the relay's own words: text where it is text, else hexadecimal. Null where the relay does not say. */
  circuitId: string | null;
  /** Which relay it is, or which end of its line. */
  remoteId: string | null;
  /** The client's network where it is not that of giaddr. */
  linkSelection: string | null;
  /** What the client is to take for the server, so that all its messages pass the relay. */
  serverIdOverride: string | null;
}

export function readRelayOption(field: Uint8Array): RelayOption {
  const found = readSubOptions(field);
  const name = (code: number): string | null => {
    const bytes = found.get(code);
    return bytes === undefined || bytes.length === 0 ? null : nameOf(bytes);
  };
  const address = (code: number): string | null => {
    const bytes = found.get(code);
    return bytes === undefined || bytes.length < 4 ? null : ipv4Of(bytes, 0);
  };
  return {
    codes: [...found.keys()],
    circuitId: name(CIRCUIT_ID),
    remoteId: name(REMOTE_ID),
    linkSelection: address(LINK_SELECTION),
    serverIdOverride: address(SERVER_ID_OVERRIDE),
  };
}

/** Relays put in names of ports as well as numbers. */
function nameOf(bytes: Uint8Array): string {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) ? String.fromCharCode(...bytes) : hexOf(bytes);
}
