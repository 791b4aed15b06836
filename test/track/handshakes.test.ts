/** A SYN-ACK that was captured before its SYN: the connection is one, and keeps its name. */
import { expect, test } from 'vitest';
import { nameBookOf } from '../../src/names/name-book.ts';
import { newConnectionView } from '../../src/track/connection-view.ts';
import { observe } from './analyze.ts';
import { tcp } from './frames.ts';
import { clientHello } from './openings.ts';

test('what the joined record was opened for belongs to the connection', () => {
  const up = { source: '10.0.0.1', destination: '203.0.113.5', sourcePort: 50_000, destinationPort: 443 };
  const down = { source: up.destination, destination: up.source, sourcePort: 443, destinationPort: 50_000 };
  const observation = observe([
    tcp({ ...down, flags: 'SA', sequence: 900, acknowledgment: 101, time: 0 }),
    tcp({ ...up, flags: 'S', sequence: 100, time: 0.001 }),
    tcp({ ...up, flags: 'A', sequence: 101, acknowledgment: 901, time: 0.002 }, clientHello('a.example')),
  ]);
  const numbers = Array.from({ length: observation.count }, (_, i) => i).filter((i) => observation.has(i));
  expect(numbers).toHaveLength(1);
  expect(observation.read(numbers[0]!, newConnectionView()).outcome).toBe('established');
  expect(nameBookOf(observation).visits(numbers[0]!)).toMatchObject([{ kind: 'tls', name: 'a.example' }]);
});
