import { putBytes } from '../bytes.mjs';

const GET = Buffer.from('GET /SMS_MP/.sms_aut?mplist HTTP/1.1\r\nHost: mp01\r\n');
const PADDING = Buffer.from('Cookie: ');
const END = Buffer.from('\r\n');
const OK = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 00000000\r\n\r\n');
const DIGITS = OK.indexOf('00000000') + 7;
const SHORTEST = GET.length + END.length;
const SHORTEST_PADDED = SHORTEST + PADDING.length + END.length + 1;

/** @type {import('./protocol.mjs').Protocol} */
export const http = {
  requestSize: (want) => (want < SHORTEST_PADDED ? SHORTEST : want),
  request(buf, at, size) {
    const end = at + size;
    at = putBytes(buf, at, GET);
    if (size > SHORTEST) {
      at = putBytes(buf, at, PADDING);
      while (at < end - 4) buf[at++] = 0x61;
      at = putBytes(buf, at, END);
    }
    return putBytes(buf, at, END);
  },
  responseSize: (want) => Math.max(want, OK.length),
  response(buf, at, size) {
    const end = putBytes(buf, at, OK);
    for (let rest = size - OK.length, digit = at + DIGITS; rest > 0; rest = Math.floor(rest / 10)) {
      buf[digit--] = 0x30 + (rest % 10);
    }
    return end;
  },
};
