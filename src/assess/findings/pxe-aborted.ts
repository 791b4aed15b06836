import { bootFinding, machineText } from '../boot-evidence.ts';
import { lastWords } from '../boot-facts.ts';
import type { Kind } from '../kind.ts';
import { called } from '../wording.ts';

const ABORT_PROGRAM = /(^|[\\/])abortpxe\.com$/i;

/** The PXE server tells the machine to go on to the next boot device: nothing is deployed to it. */
export const pxeAborted: Kind = {
  meta: { id: 'pxe-aborted', title: 'Boot ended by the PXE server', severity: 'low' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const told = boot.messages.find(
        ({ v4 }) => v4?.op === 2 && (ABORT_PROGRAM.test(v4.bootFile) || v4.wds?.nextAction === 'abort'),
      );
      const means = told?.v4?.wds?.nextAction === 'abort' ? 'tells' : 'sends';
      const loaded = boot.transfers.find(({ file }) => ABORT_PROGRAM.test(file));
      if (told === undefined && loaded === undefined) return [];
      const server = context.peerOf(told?.v4?.serverId ?? told?.fromText ?? loaded!.serverText);
      return bootFinding(
        {
          kind: pxeAborted.meta.id,
          severity: 'low',
          certainty: 'proven',
          message: `${server === null ? 'The PXE server' : called(server)} ${means} ${machineText(client)} ${means === 'tells' ? 'to end the boot (option 250)' : 'abortpxe.com'}: no task sequence is deployed to this device, or it has run already. The screen shows "PXE Boot aborted. Booting to next device".`,
          remedy:
            'Deploy a task sequence to a collection with this device (or with unknown computers, where it is not in the site), clear the last PXE deployment where it is to run again, and look for its hardware address and UUID in SMSPXE.log.',
          outcome: 'answered',
          server,
          port: told?.bootServerPort === false ? 67 : 4011,
          attempts: 1,
          moments: [...(told === undefined ? [] : [told]), ...(loaded === undefined ? [] : [loaded.first])],
        },
        client,
        context,
      );
    });
  },
};
