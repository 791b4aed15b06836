import { numberOption } from '../../protocols/tftp.ts';
import { secondsFrom } from '../../stories/moment.ts';
import type { TftpStory } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { fileText, machine, type TftpCase, tftpCases, tftpFilter } from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/** Bytes, seconds and bytes a second from which on somebody waits: a boot image of 300 MB takes five minutes at that rate. */
const LEAST_BYTES = 5e6;
const LEAST_SECONDS = 60;
const SLOW_RATE = 1e6;
/** Share of blocks sent again that says that packets are lost. */
const LOSSY_SHARE = 0.05;
/** A server that delivers so much in all, in bytes a second, is busy with many clients, not slow. */
const BUSY_RATE = 10e6;

/** Large transfers that complete, but take long. */
export const tftpSlow: Kind = {
  meta: { id: 'tftp-slow', title: 'Slow TFTP transfers', severity: 'low' },
  find(context) {
    const slow = tftpCases(context, isSlow);
    return slow.length === 0 ? [] : slow.filter((one) => !isBusy(one, context)).map((one) => tell(one, context));
  },
};

function duration({ chains }: TftpStory): number {
  const data = chains[0]?.data;
  return data ? secondsFrom(data.first, data.topSeen) : 0;
}

function isSlow(story: TftpStory): boolean {
  const seconds = duration(story);
  return (
    story.outcome === 'complete' &&
    story.bytes >= LEAST_BYTES &&
    seconds >= LEAST_SECONDS &&
    story.bytes / seconds < SLOW_RATE
  );
}

/** What the server delivered to everybody while this transfer ran. */
function isBusy({ server, stories }: TftpCase, { stories: { transfers } }: Context): boolean {
  const [story] = stories;
  const from = story.first.seconds;
  const until = story.last.seconds;
  const bytes = transfers.reduce((sum, other) => {
    const overlaps = other.serverText === server.ip && other.first.seconds <= until && other.last.seconds >= from;
    return sum + (overlaps ? other.bytes : 0);
  }, 0);
  return bytes / duration(story) >= BUSY_RATE;
}

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories, boot } = one;
  const [story] = stories;
  const seconds = duration(story);
  const window = numberOption(story.accepted ?? {}, 'windowsize') ?? 1;
  const lossy = story.retransmissions > story.blocks * LOSSY_SHARE;
  return storyFinding(
    {
      kind: tftpSlow.meta.id,
      severity: 'low',
      certainty: 'proven',
      message: `${machine({ client, boot })} loads ${fileText(story.file)} from ${called(server)} at ${Math.round(story.bytes / seconds / 1000)} kB/s: ${story.bytes} bytes in ${Math.round(seconds)} s, block size ${story.blockSize}, window ${window}, ${counted(story.retransmissions, 'block')} sent again.`,
      remedy: lossy
        ? 'Packets are lost: look at the switch port, duplex and load on the way first; a smaller window or block size loses less.'
        : `Each block waits for the one before: raise RamDiskTFTPWindowSize (8 or 16) and, where the path bears it, RamDiskTFTPBlockSize, on ${called(server)}.`,
      outcome: 'answered',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: stories.length,
      moments: [story.first, ...(story.chains[0].data ? [story.chains[0].data.first] : []), story.last],
      display_filter: tftpFilter(one),
    },
    context,
  );
}
