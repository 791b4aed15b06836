import { expect, test } from 'vitest';
import type { ReportedFinding } from '../../src/assess/types.ts';
import { ToldFindings } from '../../src/live/told-findings.ts';
import { trouble } from '../report/sample.ts';

const finding = (over: Partial<ReportedFinding> = {}): ReportedFinding => ({
  ...trouble.findings[0],
  fingerprint: 'one',
  certainty: 'proven',
  count: 1,
  ...over,
});

const states = (tellings: ReturnType<ToldFindings['next']>): string[] =>
  tellings.map(({ state, finding: { fingerprint, count } }) => `${state} ${fingerprint} x${count}`);

test('a finding is told once it has stood for a second, and for three where it is likely', () => {
  const told = new ToldFindings();
  const both = [finding(), finding({ fingerprint: 'two', certainty: 'likely' })];
  expect(told.next(both, 100)).toEqual([]);
  expect(states(told.next(both, 101))).toEqual(['new one x1']);
  expect(told.next(both, 102)).toEqual([]);
  expect(states(told.next(both, 103))).toEqual(['new two x1']);
  expect(told.next(both, 200)).toEqual([]);
  expect(told.standing().map(({ fingerprint }) => fingerprint)).toEqual(['two', 'one']);
});

test('one that goes away before it was certain is never told', () => {
  const told = new ToldFindings();
  told.next([finding()], 100);
  expect(told.next([], 100.5)).toEqual([]);
  expect(told.next([finding()], 101.2)).toEqual([]);
  expect(states(told.next([finding()], 102.2))).toEqual(['new one x1']);
});

test('its count is brought up to date every ten seconds at most', () => {
  const told = new ToldFindings();
  told.next([finding()], 100);
  told.next([finding()], 101);
  expect(told.next([finding({ count: 5 })], 105)).toEqual([]);
  expect(states(told.next([finding({ count: 9 })], 111))).toEqual(['update one x9']);
  expect(told.next([finding({ count: 9 })], 130)).toEqual([]);
});

test('it is withdrawn after five seconds, and told again where it comes back', () => {
  const told = new ToldFindings();
  told.next([finding()], 100);
  told.next([finding()], 101);
  expect(told.next([], 102)).toEqual([]);
  expect(told.next([finding()], 104)).toEqual([]);
  expect(told.next([], 110)).toEqual([]);
  expect(states(told.next([], 115))).toEqual(['withdrawn one x1']);
  expect(told.standing()).toEqual([]);
  told.next([finding()], 120);
  expect(states(told.next([finding()], 121))).toEqual(['new one x1']);
});

test('what rested on boots that are forgotten is not withdrawn: it was true', () => {
  const told = new ToldFindings();
  const old = finding({ first_ts: '2026-03-02T09:00:00Z' });
  told.next([old], 100);
  told.next([old], 101);
  const after = Date.parse('2026-03-02T10:00:00Z') / 1000;
  told.next([], 102, after);
  expect(told.next([], 120, after)).toEqual([]);
  expect(told.standing()).toEqual([]);
});

test('what was not seen is for the report at the end', () => {
  const told = new ToldFindings();
  const absent = finding({ kind: 'required-not-seen' });
  told.next([absent], 100);
  expect(told.next([absent], 200)).toEqual([]);
});
