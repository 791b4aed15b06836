import { expect, test } from 'vitest';
import { findingText } from '../../src/report/finding-text.ts';

test('what is likely never reads as proven; a note accuses nobody', () => {
  const message = 'WS03 does not reach MP01.';
  expect(findingText({ message, certainty: 'likely', severity: 'medium' })).toBe(`${message} (Likely, not proven.)`);
  expect(findingText({ message, certainty: 'proven', severity: 'medium' })).toBe(message);
  expect(findingText({ message, certainty: 'likely', severity: 'info' })).toBe(message);
});
