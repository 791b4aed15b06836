import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RpcView } from '../../src/assess/rpc-view.ts';
import { compareMoments, type Moment } from '../../src/stories/moment.ts';
import type { RpcMapping } from '../../src/stories/rpc-stories.ts';

const CLIENTS = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];
const INTERFACES = ['a', 'b', null];

/** Answers of one server about one port: whom, of which interface, the seconds of the first and the last. */
const answers = fc.array(
  fc.record({
    client: fc.constantFrom(...CLIENTS),
    interface: fc.constantFrom(...INTERFACES),
    from: fc.nat(9),
    length: fc.nat(9),
  }),
  { minLength: 1, maxLength: 12 },
);

function mappingsOf(rows: { client: string; interface: string | null; from: number; length: number }[]): RpcMapping[] {
  return rows.map(({ from, length, ...who }, i) => ({
    ...who,
    server: '10.0.0.9',
    port: 49152,
    way: 'endpoint-mapper',
    otherAddresses: [],
    first: { seconds: from, nanoseconds: 0, frame: from * 1000 + i },
    last: { seconds: from + length, nanoseconds: 0, frame: (from + length) * 1000 + i },
    count: 2,
  }));
}

/** What RpcView promises, by looking at each answer. */
function best(
  mappings: RpcMapping[],
  client: string,
  seconds: number,
): { own: boolean; before: boolean; told: Moment } {
  const all = mappings.map(({ client: asker, first, last }) => ({
    own: asker === client,
    before: first.seconds <= seconds,
    told: last.seconds <= seconds ? last : first,
  }));
  return all.sort(
    (a, b) =>
      Number(b.before) - Number(a.before) ||
      Number(b.own) - Number(a.own) ||
      compareMoments(a.told, b.told) * (a.before ? -1 : 1),
  )[0];
}

describe('RpcView', () => {
  it('finds the explanation that looking at each answer finds', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(...CLIENTS), fc.nat(20), (rows, client, seconds) => {
        const mappings = mappingsOf(rows);
        const view = new RpcView({ mappings, refusals: [], askers: [], malformed: 0, dropped: 0 });
        const { own, before, told } = view.explain(client, '10.0.0.9', 49152, { seconds, nanoseconds: 0 })!;
        expect({ own, before, told }).toEqual(best(mappings, client, seconds));
      }),
    );
  });

  it('tells each interface once: what the client was told, else what others were', () => {
    fc.assert(
      fc.property(answers, fc.constantFrom(...CLIENTS), fc.nat(20), (rows, client, seconds) => {
        const mappings = mappingsOf(rows);
        const view = new RpcView({ mappings, refusals: [], askers: [], malformed: 0, dropped: 0 });
        const own = mappings.filter((mapping) => mapping.client === client);
        const relevant = own.length > 0 ? own : mappings;
        const expected = [...new Set(relevant.map((mapping) => mapping.interface))]
          .map(
            (id) =>
              best(
                relevant.filter((mapping) => mapping.interface === id),
                client,
                seconds,
              ).told,
          )
          .sort(compareMoments);
        const all = view.allOf(client, '10.0.0.9', 49152, { seconds, nanoseconds: 0 });
        expect(all.map(({ told }) => told)).toEqual(expected);
      }),
    );
  });
});
