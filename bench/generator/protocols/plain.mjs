import { fill } from '../noise.mjs';

/** Bytes of no known protocol. @type {import('./protocol.mjs').Protocol} */
export const plain = {
  requestSize: (want) => want,
  request(buf, at, size, _first, seed) {
    fill(buf, at, at + size, seed);
    return at + size;
  },
  responseSize: (want) => want,
  response: (_buf, at) => at,
};
