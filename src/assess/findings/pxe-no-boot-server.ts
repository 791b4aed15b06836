import { secondsFrom } from '../../stories/moment.ts';
import { bootFinding, machineText } from '../boot-evidence.ts';
import { boot4011, bootServers, lastWords, seesClient } from '../boot-facts.ts';
import { onScreen } from '../firmware.ts';
import type { Kind } from '../kind.ts';

/** Seconds that a boot server gets: WDS may be set to answer late. */
const PATIENCE = 10;

/** A machine gets its address, and no PXE server says where to boot from. */
export const pxeNoBootServer: Kind = {
  meta: { id: 'pxe-no-boot-server', title: 'Network boot without a boot server', severity: 'high' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const servers = bootServers(boot);
      const leased = boot.steps.address;
      if (leased === undefined || boot.transfers.length > 0 || boot4011(boot) !== null) return [];
      // Behind a relay each server sees its own answers only.
      if (!seesClient(boot) || servers.some(({ isPxe, bootFiles }) => isPxe || bootFiles.length > 0)) return [];
      if (secondsFrom(leased, context.endAfter(leased)) < PATIENCE) return [];
      const address = servers.find(({ givesAddress }) => givesAddress)!;
      return bootFinding(
        {
          kind: pxeNoBootServer.meta.id,
          severity: 'high',
          certainty: 'likely',
          message: `${machineText(client)} gets an address from ${address.id}, and no PXE server answers: no proxyDHCP offer, no boot file, no request to udp/4011 or 69. Seen from the client's network. Likely, in this order: the IP helper does not name the distribution point; its PXE service is stopped or not yet up; nothing is deployed to this device or it is excluded (SMSPXE.log says so); udp/67 towards it is filtered. ${onScreen('no-boot-server', client.architecture)}`,
          remedy:
            'Add the PXE distribution point to the IP helpers of this network, beside the DHCP server; see that WDS or the PXE responder runs there, and what its SMSPXE.log says of this hardware address.',
          outcome: 'no-answer',
          server: null,
          port: 67,
          attempts: 1,
          moments: [boot.first, leased],
        },
        client,
        context,
      );
    });
  },
};
