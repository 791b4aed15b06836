import type { TftpStory } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { filesText, machine, screenText, type TftpCase, tftpCases, tftpFilter } from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called } from '../wording.ts';

/** The block size makes IP fragments of each block, and they do not all arrive. */
export const tftpFragmentsLost: Kind = {
  meta: { id: 'tftp-fragments-lost', title: 'TFTP blocks lost as fragments', severity: 'high' },
  find: (context) => tftpCases(context, isLost).map((one) => tell(one, context)),
};

function isLost({ outcome, fragments }: TftpStory): boolean {
  return fragments !== null && fragments.datagrams > 0 && (outcome === 'not-acknowledged' || outcome === 'stalled');
}

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const { blockSize, blocks, acknowledged } = stories[0];
  const datagrams = stories.reduce((sum, { fragments }) => sum + (fragments?.datagrams ?? 0), 0);
  const incomplete = stories.reduce((sum, { fragments }) => sum + (fragments?.incomplete ?? 0), 0);
  const proven = incomplete > 0 && !context.lossIn(stories.flatMap(({ first, last }) => [first, last]));
  const seen = proven
    ? `of ${incomplete} of ${datagrams} datagrams only some fragments come through to the capture point`
    : `all fragments of its ${datagrams} datagrams pass the capture point, and the client acknowledges none: they are lost between here and the client`;
  return storyFinding(
    {
      kind: tftpFragmentsLost.meta.id,
      severity: 'high',
      certainty: proven ? 'proven' : 'likely',
      message: `${filesText(stories)} from ${called(server)} to ${machine(one)} stops at block ${blocks} (${acknowledged} acknowledged): blocks of ${blockSize} bytes are sent in IP fragments, and ${seen}. ${screenText(one, 'tftp-read')}`,
      remedy: `Set a block size that fits one packet (RamDiskTFTPBlockSize 1456 or less, less in tunnels; on WDS MaximumBlockSize), or let IP fragments pass between ${called(server)} and ${called(client)} on every firewall.`,
      outcome: 'answered',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: stories.reduce((sum, { requests }) => sum + requests.length, 0),
      moments: stories.flatMap(({ first, last, chains }) => [
        first,
        last,
        ...(chains[0].data ? [chains[0].data.first] : []),
      ]),
      display_filter: tftpFilter(one),
    },
    context,
  );
}
