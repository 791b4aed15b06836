import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGrant, tunnelStatus } from '../../src/protocols/http-answer.ts';

const text = new TextEncoder();
const statusOf = (answer: string): number => {
  const bytes = text.encode(`before${answer}`);
  return tunnelStatus(bytes, 6, bytes.length - 6);
};
const head = (status: string, ...headers: string[]): string => [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\r\n');

describe('what an answer says of a tunnel (RFC 9110 section 9.3.6)', () => {
  test.each([
    '301 Moved Permanently',
    '302 Found',
    '400 Bad Request',
    '401 Unauthorized',
    '403 Forbidden',
    '404 Not Found',
    '407 Proxy Authentication Required',
    '502 Bad Gateway',
    '599 Whatever',
  ])('%s: none was made', (status) => {
    expect(statusOf(head(status, 'Content-Length: 4'))).toBe(Number(status.slice(0, 3)));
    expect(isGrant(statusOf(head(status)))).toBe(false);
  });

  test.each(['200 Connection established', '201 Created', '204 ', '299 x'])('%s: made', (status) => {
    expect(isGrant(statusOf(head(status)))).toBe(true);
    expect(isGrant(statusOf(head(status, 'Proxy-Agent: x', 'content-length:  0')))).toBe(true);
  });

  test.each([
    head('200 OK', 'Content-Length: 5'),
    head('200 OK', 'Date: now', 'TRANSFER-ENCODING: chunked'),
    `${head('200 OK')}body`,
    head('100 Continue'),
    head('600 x'),
    head('099 x'),
    'HTTP/1.1 20',
    'HTTP/1.1 2x0 OK\r\n\r\n',
    'HTTP/2 200\r\n\r\n',
  ])('%j: neither', (answer) => {
    expect(statusOf(answer)).toBe(0);
  });

  test('a 407 that carries the server’s part of a logon is a step of it', () => {
    const of = (...lines: string[]): number => statusOf(head('407 x', ...lines));
    expect(of('Proxy-Authenticate: NTLM TlRMTVNTUAACAAAA')).toBe(0);
    expect(of('Server: x', 'proxy-authenticate:  negotiate TlRMTVNTUAACAAAA')).toBe(0);
    expect(of('Proxy-Authenticate: Negotiate', 'Proxy-Authenticate: NTLM')).toBe(407);
    expect(of('Proxy-Authenticate: NTLM ')).toBe(407);
    expect(of('Proxy-Authenticate: Basic realm="x"', 'X-Proxy-Authenticate: NTLM abcd')).toBe(407);
    expect(of('Proxy-Authenticate: Digest nonce="abc"')).toBe(407);
  });
});

test('cut anywhere, or of any bytes: nothing is thrown, and nothing is read beyond the end', () => {
  const whole = text.encode(`${head('407 x', 'Proxy-Authenticate: NTLM TlRM')}Proxy-Authenticate: NTLM x`);
  for (let length = 0; length <= whole.length; length++)
    expect([0, 407]).toContain(tunnelStatus(whole.slice(0, length), 0, length));
  // Behind the end of the segment.
  expect(tunnelStatus(text.encode('HTTP/1.1 407 x\r\nProxy-Authenticate: NTLM TlRM'), 0, 41)).toBe(407);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const answer = Uint8Array.from([...text.encode('HTTP/1.1 200 \r\n'), ...bytes]);
      expect([0, 200]).toContain(tunnelStatus(answer, 0, answer.length));
    }),
  );
});
