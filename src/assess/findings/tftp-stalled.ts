import type { Moment } from '../../stories/moment.ts';
import { type TftpStory, transferPort } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import {
  filesText,
  fileText,
  machine,
  screenText,
  type TftpCase,
  tftpCases,
  tftpFilter,
  wentOnAfter,
} from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/** A transfer began, and stopped before its end. */
export const tftpStalled: Kind = {
  meta: { id: 'tftp-stalled', title: 'TFTP transfers that stop part-way', severity: 'high' },
  find: (context) =>
    tftpCases(context, (story) => isStalled(story) && !wentOnAfter(story, context)).map((one) => tell(one, context)),
};

/** Those with fragments, and those in which nothing of the client gets through, are told by other kinds. */
function isStalled({ outcome, fragments, blocks, chains, rejection }: TftpStory): boolean {
  if (outcome !== 'stalled' || (fragments !== null && fragments.datagrams > 0)) return false;
  if (rejection !== null && rejection.about !== 'request') return false;
  return blocks > 0 || chains.reduce((sum, { oacks }) => sum + oacks, 0) < 2;
}

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const [story] = stories;
  const { blocks, acknowledged, bytes, blockSize, chains } = story;
  const repeated = (chains[0].data?.afterTop ?? 0) + (chains[0].acks?.afterTop ?? 0);
  const state =
    blocks === 0
      ? `the client acknowledges the options (blksize ${blockSize}), and no data follow`
      : `block ${blocks} is the last one${acknowledged >= blocks ? ', acknowledged' : `, block ${acknowledged} the last acknowledged`} (${bytes} bytes; block size ${blockSize})`;
  const where =
    blocks > acknowledged
      ? 'What the server sends passes the capture point and the client does not acknowledge it: it is lost between the capture point and the client, or the client has stopped.'
      : 'The client has acknowledged all that it got: what the server sends next is lost between the server and the capture point, or the server has stopped.';
  return storyFinding(
    {
      kind: tftpStalled.meta.id,
      severity: 'high',
      certainty: 'likely',
      message: `The transfer of ${stories.length === 1 ? fileText(story.file) : filesText(stories)} from ${called(server)} (port ${transferPort(story)}) to ${machine(one)} stops part-way: ${state}${repeated > 0 ? `, ${counted(repeated, 'repeat')} in vain` : ''}. ${where} ${screenText(one, 'tftp-read')}`,
      remedy: `Look for a path that loses large packets: with a block size above ${LARGEST_WHOLE} (RamDiskTFTPBlockSize) datagrams come in fragments, and firewalls drop those; set 1456 or less and a window (RamDiskTFTPWindowSize) of 1 to try. Then look for a firewall that forgets idle UDP flows, for packet loss on the switch port, and whether the client was switched off.`,
      outcome: 'answered',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: stories.reduce((sum, { requests }) => sum + requests.length, 0),
      moments: stories.flatMap(evidence),
      display_filter: tftpFilter(one),
    },
    context,
  );
}

/** The request, the last new block and the last new acknowledgment, and the last of what was repeated in vain. */
function evidence({ first, last, chains: [{ data, acks }] }: TftpStory): Moment[] {
  const runs = [data, acks].filter((run) => run !== null);
  return [first, ...runs.map(({ topSeen }) => topSeen), ...runs.map((run) => run.last), last];
}

/** Ethernet's 1500 bytes less the headers of IPv4, UDP and TFTP. */
const LARGEST_WHOLE = 1468;
