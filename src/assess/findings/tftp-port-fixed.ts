import { TFTP_PORT } from '../../stories/tftp-stories.ts';
import { transferPort } from '../../stories/tftp-story.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { casesByServer, hostFilter, tftpCases } from '../tftp-evidence.ts';
import { called, counted } from '../wording.ts';

/** A server answers from port 69 itself: no server of RFC 1350, but one that simple firewalls let through. */
export const tftpPortFixed: Kind = {
  meta: { id: 'tftp-port-fixed', title: 'TFTP answers from port 69', severity: 'info' },
  find(context) {
    const cases = tftpCases(context, (story) => transferPort(story) === TFTP_PORT);
    return casesByServer(cases).map((own) => {
      const [{ server }] = own;
      const stories = own.flatMap((one) => one.stories);
      const client = own.length === 1 ? own[0].client : null;
      return storyFinding(
        {
          kind: tftpPortFixed.meta.id,
          severity: 'info',
          certainty: 'proven',
          message: `${called(server)} answers TFTP from port 69 itself (${counted(stories.length, 'transfer')}), not from a port of its own as RFC 1350 has it: a firewall rule for 69 is enough for it.`,
          remedy: 'Nothing has to be done. Another TFTP server in its place would need its port range opened.',
          outcome: 'answered',
          // One client or many: it is about the server.
          subject: server.ip,
          client,
          server,
          port: TFTP_PORT,
          count: stories.length,
          attempts: stories.length,
          moments: stories.flatMap(({ first, last }) => [first, last]),
          display_filter: hostFilter(server),
        },
        context,
      );
    });
  },
};
