import { bootFinding, machineText } from '../boot-evidence.ts';
import { boot4011, lastWords } from '../boot-facts.ts';
import { onScreen } from '../firmware.ts';
import type { Kind } from '../kind.ts';
import { called } from '../wording.ts';

/** The boot server answers, and names no file to load. */
export const pxeNoBootFile: Kind = {
  meta: { id: 'pxe-no-boot-file', title: 'Boot server answers without a boot file', severity: 'high' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const asked = boot4011(boot);
      if (asked === null || asked.answers.length === 0 || boot.transfers.length > 0) return [];
      if (boot.steps['boot-file'] !== undefined) return [];
      const [answer] = asked.answers;
      const server = context.peerOf(answer.fromText);
      const name = server === null ? answer.fromText : called(server);
      return bootFinding(
        {
          kind: pxeNoBootFile.meta.id,
          severity: 'high',
          certainty: 'proven',
          message: `${name} answers the boot request of ${machineText(client)} on udp/4011 and names no boot file. Likely, in this order: no boot image for this architecture on the distribution point; options 43 or 60 set by hand; nothing deployed to this device. ${onScreen('no-boot-file', client.architecture)}`,
          remedy: `Distribute a boot image of the client's architecture to ${name} and enable it for PXE; remove DHCP options 43, 60, 66 and 67 that were set by hand; look for the hardware address in SMSPXE.log.`,
          outcome: 'answered',
          server,
          port: 4011,
          attempts: asked.requests.length,
          moments: [...asked.requests, ...asked.answers],
        },
        client,
        context,
      );
    });
  },
};
