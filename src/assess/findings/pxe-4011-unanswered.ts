import { BOOT_SERVER_PORT } from '../../stories/boot-messages.ts';
import type { BootMessage } from '../../stories/boot-story.ts';
import { secondsFrom } from '../../stories/moment.ts';
import { bootFinding, machineText } from '../boot-evidence.ts';
import { boot4011, lastWords } from '../boot-facts.ts';
import type { Context } from '../context.ts';
import { onScreen } from '../firmware.ts';
import type { Kind } from '../kind.ts';
import { called, counted } from '../wording.ts';

/** Seconds from the first request to the end of the capture; firmware repeats after 1 to 4 s. */
const PATIENCE = 5;

/** A machine asks the boot server on UDP 4011, and gets no answer. */
export const pxe4011Unanswered: Kind = {
  meta: { id: 'pxe-4011-unanswered', title: 'Boot server requests without an answer', severity: 'high' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const asked = boot4011(boot);
      if (asked === null || asked.answers.length > 0 || boot.transfers.length > 0) return [];
      const { requests } = asked;
      const rejection = rejectionOf(requests, context);
      const isSilent = requests.length > 1 && secondsFrom(requests[0], context.endAfter(requests[0])) >= PATIENCE;
      if (rejection === null && (!isSilent || context.lossIn(requests))) return [];
      const server = context.peerOf(requests[0].toText);
      const name = server === null ? requests[0].toText : called(server);
      return bootFinding(
        {
          kind: pxe4011Unanswered.meta.id,
          severity: 'high',
          certainty: rejection === null ? 'likely' : 'proven',
          message: `${machineText(client)} asks ${name} for its boot file (${counted(requests.length, 'request')} to udp/4011), and ${rejection === null ? 'nothing comes back to this capture point. Near the client that is a request or an answer lost on the way, or a silent service; near the server the service is silent' : `${rejection} rejects it`}. Likely, in this order: udp/4011 is filtered between the networks; the firewall of ${name}; DHCP option 60 "PXEClient" was left on a DHCP server that runs no PXE service. ${onScreen('no-proxy-answer', client.architecture)}`,
          remedy: `Allow udp/4011 from the clients to ${name}, and the answers from 4011 to ports 68 and 4011 of the client. Where ${name} is only a DHCP server, remove option 60.`,
          outcome: rejection === null ? 'no-answer' : 'unreachable',
          server,
          port: BOOT_SERVER_PORT,
          attempts: requests.length,
          moments: requests,
        },
        client,
        context,
      );
    });
  },
};

/** Who rejected the requests by ICMP, or null. */
function rejectionOf(requests: readonly BootMessage[], context: Context): string | null {
  for (const request of requests) {
    const found = context.rejectionOf(request);
    if (found !== null) return found;
  }
  return null;
}
