import { TFTP_PORT } from '../../stories/tftp-stories.ts';
import { type TftpStory, transferPort } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { filesText, type TftpCase, tftpCases, tftpFilter, transferRange } from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/** A TFTP server answers from a port outside the range that firewalls were opened for. */
export const tftpPortOutOfRange: Kind = {
  meta: { id: 'tftp-port-out-of-range', title: 'TFTP answers from ports outside the range', severity: 'medium' },
  find: (context) => byServer(tftpCases(context, answered)).flatMap((cases) => tell(cases, context)),
};

/** The server's end of the transfer was seen. The client's port is its own affair: firmware takes any (note 4 of the port page). */
const answered = (story: TftpStory): boolean => transferPort(story) !== null;

function byServer(cases: readonly TftpCase[]): TftpCase[][] {
  const servers = new Map<number, TftpCase[]>();
  for (const one of cases) servers.set(one.server.number, [...(servers.get(one.server.number) ?? []), one]);
  return [...servers.values()];
}

function tell(cases: TftpCase[], context: Context): Finding[] {
  const { server } = cases[0];
  const range = transferRange(server);
  const isOutside = (story: TftpStory): boolean => {
    const port = transferPort(story)!;
    return port !== TFTP_PORT && (port < range.low || port > range.high);
  };
  const outside = cases
    .map((one) => ({ ...one, stories: one.stories.filter(isOutside) }))
    .filter(({ stories }) => stories.length > 0);
  if (outside.length === 0) return [];
  const stories = outside.flatMap((one) => one.stories);
  const ports = [...new Set(stories.map((story) => transferPort(story)!))].sort((a, b) => a - b);
  const named = ports.length > 5 ? `${ports[0]} to ${ports[ports.length - 1]}` : ports.join(', ');
  const client = outside.length === 1 ? outside[0].client : null;
  return [
    storyFinding(
      {
        kind: tftpPortOutOfRange.meta.id,
        severity: 'medium',
        certainty: 'proven',
        message: `${called(server)} answers TFTP requests from ${ports.length === 1 ? 'port' : 'ports'} ${named}, outside ${range.text} (${counted(stories.length, 'transfer')} to ${client === null ? counted(outside.length, 'client') : called(client)}, ${filesText(stories)}): firewalls that were opened by the documentation stop it.`,
        remedy: `If this range is meant (WDS UdpPortPolicy, another TFTP server), set tftp_port_range in the topology and open it; else set the server back to ${range.text}.`,
        outcome: 'answered',
        // One client or many: it is about the server.
        subject: server.ip,
        client,
        server,
        port: TFTP_PORT,
        count: stories.length,
        attempts: stories.length,
        moments: stories.flatMap(({ first, last }) => [first, last]),
        display_filter: tftpFilter(outside[0]),
      },
      context,
    ),
  ];
}
