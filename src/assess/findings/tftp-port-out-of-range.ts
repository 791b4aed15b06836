import { DYNAMIC_SINCE_2008 } from '../../catalog/index.ts';
import { compareMoments } from '../../stories/moment.ts';
import { TFTP_PORT } from '../../stories/tftp-stories.ts';
import { type TftpStory, transferPort } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import {
  casesByServer,
  filesText,
  hostFilter,
  type TftpCase,
  tftpCases,
  tftpFilter,
  transferRange,
} from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/** A TFTP server answers from a port outside the range that firewalls were opened for, or Windows PE asks from one. */
export const tftpPortOutOfRange: Kind = {
  meta: { id: 'tftp-port-out-of-range', title: 'TFTP answers from ports outside the range', severity: 'medium' },
  find: (context) => [
    ...casesByServer(tftpCases(context, answered)).flatMap((cases) => tell(cases, context)),
    ...casesByServer(tftpCases(context, (story) => asksOutside(story, context))).map((cases) =>
      tellClients(cases, context),
    ),
  ],
};

/** The server's end of the transfer was seen. */
const answered = (story: TftpStory): boolean => transferPort(story) !== null;

/** What smstftp.exe of Windows PE loads. */
const WINDOWS_PE_FILE = /\.boot\.var$/i;

/** The client's port is free as long as the firmware of its network card chooses it; Windows PE takes its dynamic range (note 4 of the port page). */
function asksOutside(story: TftpStory, { stories }: Context): boolean {
  const { port } = story.client;
  if (port >= DYNAMIC_SINCE_2008.first && port <= DYNAMIC_SINCE_2008.last) return false;
  if (WINDOWS_PE_FILE.test(story.file)) return true;
  // Boots of one machine follow each other.
  const boot = stories.clientByAddress
    .get(story.clientText)
    ?.boots.findLast(({ first }) => compareMoments(first, story.first) <= 0);
  const windows = boot?.steps['windows-pe'];
  return windows !== undefined && compareMoments(windows, story.first) < 0;
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
  const client = outside.length === 1 ? outside[0].client : null;
  return [
    storyFinding(
      {
        kind: tftpPortOutOfRange.meta.id,
        severity: 'medium',
        certainty: 'proven',
        message: `${called(server)} answers TFTP requests from ${ports.length === 1 ? 'port' : 'ports'} ${portsText(ports)}, outside ${range.text} (${counted(stories.length, 'transfer')} to ${client === null ? counted(outside.length, 'client') : called(client)}, ${filesText(stories)}): a firewall that was opened by the documentation would stop it.`,
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
        display_filter: filterOf(outside),
      },
      context,
    ),
  ];
}

function tellClients(cases: TftpCase[], context: Context): Finding {
  const { server } = cases[0];
  const stories = cases.flatMap((one) => one.stories);
  const ports = [...new Set(stories.map(({ client }) => client.port))].sort((a, b) => a - b);
  const client = cases.length === 1 ? cases[0].client : null;
  const who = client === null ? counted(cases.length, 'client') : called(client);
  return storyFinding(
    {
      kind: tftpPortOutOfRange.meta.id,
      severity: 'medium',
      certainty: 'proven',
      message: `Windows PE on ${who} asks ${called(server)} for ${filesText(stories)} from ${ports.length === 1 ? 'port' : 'ports'} ${portsText(ports)}, outside its dynamic range ${RANGE_TEXT}: a firewall that was opened by the documentation would not let the answers in.`,
      remedy: `See why: "netsh int ipv4 show dynamicport udp" in the boot image, address translation on the way, or a program other than smstftp.exe; or allow the answers to these ports.`,
      outcome: 'answered',
      subject: `Windows PE to ${server.ip}`,
      client,
      server,
      port: TFTP_PORT,
      count: stories.length,
      attempts: stories.length,
      moments: stories.flatMap(({ first, last }) => [first, last]),
      display_filter: filterOf(cases),
    },
    context,
  );
}

/** Of several clients all that goes to and from the server: a filter for one of them would leave out frames that the finding names. */
const filterOf = (cases: readonly TftpCase[]): string =>
  cases.length === 1 ? tftpFilter(cases[0]) : hostFilter(cases[0].server);

const RANGE_TEXT = `${DYNAMIC_SINCE_2008.first}-${DYNAMIC_SINCE_2008.last}`;

const portsText = (ports: readonly number[]): string =>
  ports.length > 5 ? `${ports[0]} to ${ports[ports.length - 1]}` : ports.join(', ');
