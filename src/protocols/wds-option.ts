/** Option 250 of the boot programs of Windows Deployment Services (wdsnbp.com, wdsmgfw.efi): numbers and types from wdsbp.h of the Windows SDK. */
import { ipv4Of, textOf, uint16, uint32 } from './bytes-text.ts';
import { readSubOptions } from './dhcp-options.ts';

const NEXT_ACTION = 2;
const POLL_INTERVAL = 3;
const POLL_RETRIES = 4;
const REQUEST_ID = 5;
const MESSAGE = 6;
const REFERRAL_SERVER = 9;
const NBP_VERSION = 13;
const ACTION_DONE = 14;

/** What the server wants of the boot program: wait until somebody approves, go to another server, go on to the next boot device. */
export type WdsAction = 'approval' | 'referral' | 'abort';
/** WDSBP_OPTVAL_ACTION_… */
const ACTIONS: Readonly<Record<number, WdsAction>> = { 1: 'approval', 3: 'referral', 5: 'abort' };

/** What a WDS boot program and its server tell each other; null where they do not. */
export interface WdsOption {
  /** Codes of all sub-options, in the order of the message. */
  codes: number[];
  nextAction: WdsAction | null;
  /** True where that action is over. */
  actionDone: boolean | null;
  /** Seconds between two requests, and how many there are to be. */
  pollInterval: number | null;
  pollRetries: number | null;
  /** Under this number the administrator sees the machine that waits. */
  requestId: number | null;
  /** Text that the machine shows. */
  message: string | null;
  /** Address of the server to go to. */
  referralServer: string | null;
  /** Version of the boot program: 0x0700, 0x0800. */
  programVersion: number | null;
}

/** Reads what is whole of the option; a sub-option that is too short for its type says nothing. */
export function readWdsOption(field: Uint8Array): WdsOption {
  const found = readSubOptions(field);
  const value = (code: number, least: number): Uint8Array | null => {
    const bytes = found.get(code);
    return bytes !== undefined && bytes.length >= least ? bytes : null;
  };
  const number = (code: number, read: (bytes: Uint8Array, offset: number) => number, length: number): number | null => {
    const bytes = value(code, length);
    return bytes === null ? null : read(bytes, 0);
  };
  const byte = (code: number): number | null => number(code, (bytes) => bytes[0], 1);
  const done = byte(ACTION_DONE);
  const message = value(MESSAGE, 1);
  const server = value(REFERRAL_SERVER, 4);
  return {
    codes: [...found.keys()],
    nextAction: ACTIONS[byte(NEXT_ACTION) ?? 0] ?? null,
    actionDone: done === null ? null : done !== 0,
    pollInterval: number(POLL_INTERVAL, uint16, 2),
    pollRetries: number(POLL_RETRIES, uint16, 2),
    requestId: number(REQUEST_ID, uint32, 4),
    message: message === null ? null : textOf(message),
    referralServer: server === null ? null : ipv4Of(server, 0),
    programVersion: number(NBP_VERSION, uint16, 2),
  };
}
