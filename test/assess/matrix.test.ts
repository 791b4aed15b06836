import { describe, expect, test } from 'vitest';
import { MATRIX_CONVERSATIONS } from '../../src/assess/matrix-conversations.ts';
import { DEMO_CAPTURE, reportOf } from './demo.ts';
import { CLIENT, DC, DP, held, OTHER_CLIENT, SQL, SUP, site, traffic } from './traffic.ts';

const rowOf = (report: ReturnType<typeof held>, port: number) =>
  report.matrix.find(({ dest_port }) => dest_port === port)!;

describe('conversations behind a row of the matrix', () => {
  test('what is blocked comes before what works, with its frames and its filter', () => {
    const report = held(
      [
        ...traffic('answered', { client: OTHER_CLIENT, server: DC, port: 53 }, 0),
        ...traffic('established', { client: OTHER_CLIENT, server: SUP, port: 8530 }, 1),
        ...traffic('refused', { client: CLIENT, server: SUP, port: 8530 }, 2),
      ],
      site(),
    );
    const row = rowOf(report, 8530);
    expect(row).toMatchObject({ verdict: 'expected', connections: 2, blocked: 1, undecided: 0, conversation_count: 2 });
    expect(row.conversations.map(({ src_ip, state }) => [src_ip, state])).toEqual([
      [CLIENT, 'blocked'],
      [OTHER_CLIENT, 'works'],
    ]);
    expect(row.conversations[0]).toMatchObject({
      dest_ip: SUP,
      outcomes: { refused: 1 },
      display_filter: `ip.addr == ${CLIENT} && ip.addr == ${SUP} && tcp.port == 8530`,
      capture: 'capture',
    });
    expect(row.conversations[0].frames.length).toBeGreaterThan(0);
  });

  test('silence that proves nothing is undecided, not blocked', () => {
    const report = held(traffic('silent', { client: CLIENT, server: SUP, port: 8530 }, 1), site());
    const row = rowOf(report, 8530);
    expect(row).toMatchObject({ blocked: 0, undecided: row.connections });
    expect(row.conversations).toMatchObject([{ state: 'undecided', reason: expect.any(String) }]);
  });

  test('a scan lists some of its conversations and counts all', () => {
    const frames = Array.from({ length: 50 }, (_, i) =>
      traffic('established', { client: `10.1.7.${i + 1}`, server: SQL, port: 4444 }, i / 10),
    ).flat();
    const row = rowOf(held(frames, site()), 4444);
    expect(row.conversations.length).toBeLessThanOrEqual(MATRIX_CONVERSATIONS);
    expect(row.conversation_count).toBeGreaterThanOrEqual(row.conversations.length);
    expect(row.connections).toBe(50);
  });

  test('members of a network that all work are told by its name', () => {
    const frames = [OTHER_CLIENT, CLIENT].flatMap((client, i) =>
      traffic('established', { client, server: DP, port: 80 }, i),
    );
    const [one] = rowOf(held(frames, site()), 80).conversations;
    expect(one).toMatchObject({ dest_ip: DP, state: 'works' });
  });

  test('the demo adds up', async () => {
    const report = await reportOf([DEMO_CAPTURE]);
    expect(report.matrix.reduce((sum, { blocked }) => sum + blocked, 0)).toBe(report.connections.blocked);
    expect(report.matrix.reduce((sum, { undecided }) => sum + undecided, 0)).toBe(report.connections.undecided);
    for (const row of report.matrix) {
      const listed = row.conversations.reduce((sum, { connections }) => sum + connections, 0);
      if (row.conversation_count === row.conversations.length) expect(listed).toBe(row.connections);
    }
    const begun = report.timeline!.buckets.flatMap(({ outcomes }) => Object.values(outcomes));
    expect(begun.reduce((sum, count) => sum + count, 0)).toBe(report.connections.total);
  });
});

test('a link-local address that the topology lists is judged as its host', () => {
  const frames = traffic('established', { client: '169.254.0.12', server: '169.254.0.10', port: 80 }, 0);
  const host = (name: string, address: string, role: string): string =>
    `  - { name: ${name}, addresses: ["${address}"], roles: [${role}] }\n`;
  const listed = `version: 1\nhosts:\n${host('PC', '169.254.0.12', 'client')}${host('MP01', '169.254.0.10', 'mp')}`;
  expect(rowOf(held(frames, listed), 80)).toMatchObject({ src_role: 'client', dest_role: 'mp', verdict: 'expected' });
  const other = `version: 1\nhosts:\n${host('PC', '10.0.0.12', 'client')}${host('MP01', '169.254.0.10', 'mp')}`;
  expect(held(frames, other).coverage.not_judged).toMatchObject({ 'link-local': expect.any(Number) });
});
