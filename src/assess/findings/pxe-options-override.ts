import { bootFinding, machineText } from '../boot-evidence.ts';
import { bootServers, lastWords } from '../boot-facts.ts';
import type { Kind } from '../kind.ts';
import { fileText } from '../tftp-evidence.ts';

/** The DHCP server names a boot file (options 66 and 67) beside a PXE server that would. */
export const pxeOptionsOverride: Kind = {
  meta: { id: 'pxe-options-override', title: 'DHCP options 66 and 67 beside a PXE server', severity: 'low' },
  find(context) {
    const seen = new Set<string>();
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const servers = bootServers(boot);
      const proxy = servers.find(({ isPxe, givesAddress }) => isPxe && !givesAddress);
      const dhcp = servers.find(({ isPxe, givesAddress, bootFiles }) => givesAddress && !isPxe && bootFiles.length > 0);
      if (proxy === undefined || dhcp === undefined || seen.has(`${dhcp.id} ${proxy.id}`)) return [];
      seen.add(`${dhcp.id} ${proxy.id}`);
      return bootFinding(
        {
          kind: pxeOptionsOverride.meta.id,
          severity: 'low',
          certainty: 'proven',
          message: `The DHCP server ${dhcp.id} names the boot file ${fileText(dhcp.bootFiles[0].file)} on ${dhcp.bootFiles[0].from} to ${machineText(client)} (options 66 and 67, or the fields of the same meaning), while the PXE server ${proxy.id} answers too. Which of them the firmware follows differs by maker; Microsoft supports IP helpers, not these options.`,
          remedy: `Remove options 66 and 67 (and 60) from the scope on ${dhcp.id}; the IP helper reaches ${proxy.id} already.`,
          outcome: 'answered',
          subject: `${dhcp.id},${proxy.id}`,
          server: context.peerOf(dhcp.id),
          port: 67,
          attempts: 1,
          moments: [...dhcp.offers.slice(0, 2), ...proxy.offers.slice(0, 2)],
        },
        client,
        context,
      );
    });
  },
};
