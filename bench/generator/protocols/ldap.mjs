import { putBytes } from '../bytes.mjs';

const SEARCH = Buffer.from(
  `3025020101632004000a01000a0100020100020100010100870b${Buffer.from('objectClass').toString('hex')}3000`,
  'hex',
);
const DONE = Buffer.from('300c02010165070a010004000400', 'hex');

/** LDAP: searches of the root that find nothing. @type {import('./protocol.mjs').Protocol} */
export const ldap = {
  requestSize: () => SEARCH.length,
  request: (buf, at) => putBytes(buf, at, SEARCH),
  responseSize: () => DONE.length,
  response: (buf, at) => putBytes(buf, at, DONE),
};
