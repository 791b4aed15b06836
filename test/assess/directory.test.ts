/** Kerberos, the locator of domain controllers (LDAP over UDP) and SMB: what is a fault of the way, and what is not. */
import { describe, expect, test } from 'vitest';
import { type TestFrame, tcp, udp } from '../track/frames.ts';
import { CLIENT, DC, held, ruleOf, site, told, traffic } from './traffic.ts';

const who = { client: CLIENT, server: DC };
/** Both ends are seen to talk: silence means something. */
const report = (frames: TestFrame[]) =>
  held([...traffic('established', { ...who, port: 636 }, 0.1), ...frames], site());

/** KRB-ERROR with a code, as RFC 4120 section 5.9.1 has it, from pvno to error-code. */
function krbError(code: number): Uint8Array {
  const integer = (field: number, value: number): number[] => [0xa0 + field, 3, 2, 1, value];
  const time = [0xa4, 17, 0x18, 15, ...new TextEncoder().encode('20260302090000Z')];
  const fields = [...integer(0, 5), ...integer(1, 30), ...time, ...integer(5, 9), ...integer(6, code)];
  return Uint8Array.from([0x7e, fields.length + 2, 0x30, fields.length, ...fields]);
}

/** A question over UDP, and the answer of the key distribution center. */
function asked(time: number, answer: Uint8Array): TestFrame[] {
  const up = { source: CLIENT, destination: DC, sourcePort: 61_000, destinationPort: 88, time, id: 1 };
  const down = { source: DC, destination: CLIENT, sourcePort: 88, destinationPort: 61_000, time: time + 0.01, id: 2 };
  return [udp(up, Uint8Array.from([0x6a, 3, 0x30, 1, 0])), udp(down, answer)];
}

describe('Kerberos', () => {
  const tooBig = asked(1, krbError(52));

  test('an answer too big for UDP, continued over TCP, is one success', () => {
    const result = report([...tooBig, ...traffic('established', { ...who, port: 88 }, 2)]);
    expect(told(result)).toEqual([]);
    expect(ruleOf(result, 'ws.dc.kerberos').state).toBe('works');
    expect(ruleOf(result, 'ws.dc.kerberos-udp').state).toBe('works');
  });

  test('where TCP is blocked then, the finding says why TCP was needed', () => {
    const result = report([...tooBig, ...traffic('silent', { ...who, port: 88 }, 2)]);
    expect(told(result)).toMatchObject([{ kind: 'blocked-required', proto: 'tcp', dest_port: 88, severity: 'high' }]);
    expect(told(result)[0].message).toContain('Over UDP the server answered that its answer is too big (frame 9)');
    const other = report([...asked(1, krbError(25)), ...traffic('silent', { ...who, port: 88 }, 2)]);
    expect(told(other)[0].message).not.toContain('too big');
  });

  test('silence over UDP that TCP stands in for is degraded, without TCP it is blocked', () => {
    const silent = traffic('ignored', { ...who, port: 88 }, 1);
    const eased = report([...silent, ...traffic('established', { ...who, port: 88 }, 9)]);
    expect(told(eased)).toMatchObject([
      { kind: 'blocked-required', proto: 'udp', rule: ['ws.dc.kerberos-udp'], severity: 'low' },
    ]);
    expect(told(eased)[0].message).toContain('tcp/88 works in its place');
    const both = report([...silent, ...traffic('silent', { ...who, port: 88 }, 9)]);
    expect(told(both).map(({ proto, severity }) => `${proto} ${severity}`)).toEqual(['tcp high', 'udp medium']);
  });
});

describe('the locator of domain controllers', () => {
  test('LDAP over UDP without an answer is a finding under its rule', () => {
    expect(told(report(traffic('ignored', { ...who, port: 389 }, 1)))).toMatchObject([
      { kind: 'blocked-required', rule: ['ws.dc.ldap-udp'], dest_port: 389, proto: 'udp' },
    ]);
    expect(told(report(traffic('answered', { ...who, port: 389 }, 1)))).toEqual([]);
  });
});

describe('SMB', () => {
  /** A negotiation that the server resets: [MS-CIFS] section 2.2.4.52, or anything else of this length. */
  function resetAfter(first: Uint8Array): TestFrame[] {
    const send = (up: boolean, flags: string, time: number, sequence: number, content?: Uint8Array): TestFrame =>
      tcp(
        {
          source: up ? CLIENT : DC,
          destination: up ? DC : CLIENT,
          sourcePort: up ? 61_001 : 445,
          destinationPort: up ? 445 : 61_001,
          flags,
          sequence,
          acknowledgment: flags.includes('A') ? (up ? 9001 : 1001) : 0,
          time,
        },
        content,
      );
    return [
      send(true, 'S', 1, 1000),
      send(false, 'SA', 1.01, 9000),
      send(true, 'A', 1.02, 1001),
      send(true, 'PA', 1.03, 1001, first),
      send(false, 'RA', 1.04, 9001),
    ];
  }

  test('a dialect that the server does not speak is no blocked port', () => {
    const negotiate = Uint8Array.from([0, 0, 0, 36, 0xff, 0x53, 0x4d, 0x42, 0x72, ...new Array<number>(31).fill(0)]);
    const result = report(resetAfter(negotiate));
    expect(told(result)).toEqual([]);
    expect(result.undecided).toMatchObject([{ count: 1 }]);
    expect(result.undecided[0].reason).toContain('no dialect in common');
    expect(ruleOf(result, 'ws.dc.smb').state).toBe('undecided');
  });

  test('a probe of the port beside it makes no working rule of negotiations that were reset', () => {
    const negotiate = Uint8Array.from([0, 0, 0, 36, 0xff, 0x53, 0x4d, 0x42, 0x72, ...new Array<number>(31).fill(0)]);
    const probe = (up: boolean, flags: string, time: number): TestFrame =>
      tcp({
        source: up ? CLIENT : DC,
        destination: up ? DC : CLIENT,
        sourcePort: up ? 61_002 : 445,
        destinationPort: up ? 445 : 61_002,
        flags,
        sequence: up ? 5000 : 7000,
        acknowledgment: up ? 0 : 5001,
        time,
      });
    const result = report([
      ...resetAfter(negotiate),
      probe(true, 'S', 2),
      probe(false, 'SA', 2.01),
      probe(true, 'R', 2.02),
    ]);
    expect(told(result)).toEqual([]);
    expect(ruleOf(result, 'ws.dc.smb')).toMatchObject({ state: 'undecided', works: 0, undecided: 2 });
  });

  test('nor is a reset after a first payload of which the capture holds nothing, on a port of SMB', () => {
    const cut = (frames: TestFrame[]): TestFrame[] =>
      frames.map((frame) => ({ ...frame, bytes: frame.bytes.subarray(0, 44) }));
    const result = report(cut(resetAfter(new Uint8Array(40))));
    expect(told(result)).toEqual([]);
    expect(ruleOf(result, 'ws.dc.smb').state).toBe('undecided');
    const ldap = traffic('reset', { ...who, port: 389 }, 1);
    expect(told(report(cut(ldap)))).toMatchObject([{ kind: 'blocked-required', certainty: 'likely' }]);
  });

  test('a reset after anything else is the symptom that it was', () => {
    expect(told(report(resetAfter(new Uint8Array(40).fill(7))))).toMatchObject([
      { kind: 'blocked-required', certainty: 'likely', outcome: 'established' },
    ]);
  });
});
