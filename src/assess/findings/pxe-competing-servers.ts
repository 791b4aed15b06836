import { bootFinding, machineText } from '../boot-evidence.ts';
import { type BootServer, bootServers, lastWords, SERVERS_TOLD } from '../boot-facts.ts';
import type { Kind } from '../kind.ts';
import { fileText } from '../tftp-evidence.ts';
import { someOf } from '../wording.ts';

/** Different servers answer the same boot with a file: which one wins is a race. */
export const pxeCompetingServers: Kind = {
  meta: { id: 'pxe-competing-servers', title: 'Several servers answer a boot', severity: 'medium' },
  find(context) {
    const seen = new Set<string>();
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const servers = competing(bootServers(boot));
      if (servers.length < 2) return [];
      const key = servers
        .map(({ id }) => id)
        .sort()
        .join();
      // Every client of a network meets the same servers: the first one tells it.
      if (seen.has(key)) return [];
      seen.add(key);
      const told = servers.map(
        ({ id, bootFiles }) => `${id}${bootFiles.length > 0 ? ` with ${fileText(bootFiles[0].file)}` : ''}`,
      );
      return bootFinding(
        {
          kind: pxeCompetingServers.meta.id,
          severity: 'medium',
          certainty: 'proven',
          message: `${servers.length} servers answer the boot of ${machineText(client)}: ${someOf(told, SERVERS_TOLD)}. Which one it boots from is decided by who answers first, and may be another one the next time.`,
          remedy:
            'Let one server answer each network: remove the others from the IP helpers, stop the PXE service that does not belong there (a test system, an old server), or set its response delay so that it is only a reserve.',
          outcome: 'answered',
          subject: key,
          server: null,
          port: 67,
          attempts: servers.length,
          moments: servers.flatMap(({ offers }) => offers.slice(0, 2)),
        },
        client,
        context,
      );
    });
  },
};

/**
 * Servers that each lead the boot somewhere else. DHCP servers that name the same file at the same place are a pair that stands in for
 * each other; a DHCP server that names a file beside a PXE server is told by pxe-options-override.
 */
export function competing(servers: readonly BootServer[]): BootServer[] {
  const proxies = servers.filter(({ isPxe, givesAddress }) => isPxe && !givesAddress);
  const named = servers.filter(({ givesAddress, bootFiles }) => givesAddress && bootFiles.length > 0);
  const places = new Map(named.map((server) => [`${server.bootFiles[0].file} ${server.bootFiles[0].from}`, server]));
  if (proxies.length > 1) return proxies;
  return places.size > 1 ? [...places.values()] : [];
}
