import { numberOption, TFTP_ERRORS } from '../../protocols/tftp.ts';
import type { TftpStory } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { fileText, machine, screenText, type TftpCase, tftpCases, tftpFilter, wentOnAfter } from '../tftp-evidence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

const NOT_FOUND = 1;
const ACCESS = 2;
const OPTIONS = 8;
const LONGEST_TEXT = 120;

/** The server answers a TFTP request with an error, and the client gets no further. */
export const tftpRefused: Kind = {
  meta: { id: 'tftp-refused', title: 'TFTP requests that the server refuses', severity: 'medium' },
  // Boot programs try names that need not exist: what was refused matters where nothing was loaded afterwards.
  find: (context) =>
    tftpCases(context, (story) => story.outcome === 'refused' && !wentOnAfter(story, context))
      .flatMap(byFile)
      .map((one) => tell(one, context)),
};

/** Cases told apart by file and error. */
function byFile(one: TftpCase): TftpCase[] {
  const groups = new Map<string, TftpStory[]>();
  for (const story of one.stories) {
    const key = `${story.failure!.code} ${story.file}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, [story]);
    else known.push(story);
  }
  return [...groups.values()].slice(0, FILES_TOLD).map((stories) => ({ ...one, stories }));
}

/** Files told one by one between two ends. */
const FILES_TOLD = 20;

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const [story] = stories;
  const { code, text } = story.failure!;
  const known = TFTP_ERRORS[code] ?? 'unknown error';
  const said = text === '' || text.toLowerCase() === known ? '' : `, "${text.slice(0, LONGEST_TEXT)}"`;
  const asked = Object.entries(story.options)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
  return storyFinding(
    {
      kind: tftpRefused.meta.id,
      severity: 'medium',
      certainty: 'proven',
      message: `${called(server)} refuses ${fileText(story.file)} to ${machine(one)} (${counted(stories.length, 'time')}): TFTP error ${code}, ${known}${said}${code === OPTIONS && asked !== '' ? `; it asked for ${asked}` : ''}. ${screenText(one, code === NOT_FOUND ? 'tftp-not-found' : 'tftp-error')}`,
      remedy: remedyOf(story, called(server)),
      outcome: 'answered',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: stories.reduce((sum, { requests }) => sum + requests.length, 0),
      moments: stories.flatMap(({ first, failure }) => [first, failure!.at]),
      display_filter: tftpFilter(one),
    },
    context,
  );
}

function remedyOf(story: TftpStory, server: string): string {
  const { code, text } = story.failure!;
  // Servers of Windows were seen to say "Access Violation" under another code (PXE-T04).
  switch (/access violation|permission denied/i.test(text) ? ACCESS : code) {
    case NOT_FOUND:
      return `See whether the file is there on ${server} (Configuration Manager: RemoteInstall\\SMSBoot; an empty folder or a missing boot image is mended by distributing the boot image again, with "deploy this boot image from the PXE-enabled distribution point" set). Where DHCP option 67 names the file, correct or remove it.`;
    case ACCESS:
      return `Give the TFTP service on ${server} the right to read the folder (REMINST), and look at its read filter (HKLM\\SYSTEM\\CurrentControlSet\\Services\\WDSServer\\Providers\\WDSTFTP, ReadFilter).`;
    case OPTIONS:
      return `The server does not grant what the client asks for${numberOption(story.options, 'blksize') === null ? '' : ' (lower RamDiskTFTPBlockSize)'}; see its log.`;
    default:
      return `See the log of the TFTP service on ${server}.`;
  }
}
