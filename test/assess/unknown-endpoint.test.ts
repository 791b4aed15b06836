import { expect, test } from 'vitest';
import { CLIENT, DC, held, site, told, traffic } from './traffic.ts';

const STRANGER = '10.77.0.9';

test('what an unknown address only tried is not said to be used', () => {
  const result = held(
    [
      ...traffic('established', { client: CLIENT, server: DC, port: 636 }, 0),
      ...traffic('established', { client: STRANGER, server: DC, port: 389 }, 1),
      ...traffic('silent', { client: STRANGER, server: DC, port: 88 }, 2),
    ],
    site(),
  );
  const [finding] = told(result).filter(({ kind }) => kind === 'unknown-endpoint');
  expect(finding.message).toMatch(
    /^10\.77\.0\.9 is not in the topology and uses tcp\/389 of .*; it tries tcp\/88 of .* without success in this capture\.$/,
  );
  expect(finding.remedy).toContain('only then can what failed be told as blocked');
});

test('an unknown address that nobody reached serves nothing', () => {
  const result = held(
    [
      ...traffic('established', { client: CLIENT, server: DC, port: 636 }, 0),
      ...traffic('silent', { client: CLIENT, server: STRANGER, port: 443 }, 1),
    ],
    site(),
  );
  const [finding] = result.findings.filter(({ kind }) => kind === 'unknown-endpoint');
  expect(finding.message).toMatch(
    /^10\.77\.0\.9 is not in the topology and is tried on tcp\/443 for .* without success in this capture\.$/,
  );
});
