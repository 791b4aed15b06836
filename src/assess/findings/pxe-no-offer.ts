import { secondsFrom } from '../../stories/moment.ts';
import { bootFinding, machineText, vantageText } from '../boot-evidence.ts';
import {
  bootServers,
  isDiscover,
  isRequest,
  lastWords,
  relaysOf,
  SERVERS_TOLD,
  seesClient,
  tries,
} from '../boot-facts.ts';
import { onScreen } from '../firmware.ts';
import type { Kind } from '../kind.ts';
import { counted, someOf } from '../wording.ts';

/** Seconds from the first DISCOVER to the end of the capture: firmware asks at 0, 4, 12 and 28 s (PXE 2.1 section 2.2.2). */
const PATIENCE = 8;

/** So many DISCOVERs over so many seconds show by themselves that nothing reaches the client. */
const PROVING_TRIES = 3;
const PROVING_SECONDS = 5;

/** A machine asks for an address to boot with, again and again, and nobody offers one. */
export const pxeNoOffer: Kind = {
  meta: { id: 'pxe-no-offer', title: 'Network boot without an address', severity: 'high' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const discovers = tries(boot, isDiscover);
      const servers = bootServers(boot);
      // A REQUEST says that the client got an offer, even where this capture point did not see it.
      const offered = servers.some(({ givesAddress }) => givesAddress) || boot.messages.some(isRequest);
      if (offered || discovers.length < 2 || boot.transfers.length > 0) return [];
      const last = discovers[discovers.length - 1];
      const askedInVain = discovers.length >= PROVING_TRIES && secondsFrom(discovers[0], last) >= PROVING_SECONDS;
      if (!askedInVain && secondsFrom(discovers[0], context.endAfter(discovers[0])) < PATIENCE) return [];
      const proxies = servers.filter(({ isPxe }) => isPxe);
      const ids = proxies.map(({ id }) => id);
      const atClient = seesClient(boot);
      const relays = relaysOf(boot);
      const heard =
        proxies.length > 0
          ? `only PXE offers without an address come (from ${someOf(ids, SERVERS_TOLD)})`
          : 'no offer comes back';
      const cause = atClient
        ? 'Likely, in this order: the DHCP server is down or out of addresses; the relay (IP helper) on this network is missing or names another server; udp/67 is filtered.'
        : `What this capture point cannot see is what other servers answered. Likely, in this order: the server asked here is down or ignores the client; its answer to the relay${relays.length > 0 ? ` (${relays[0]}, udp/67)` : ''} is filtered.`;
      return bootFinding(
        {
          kind: pxeNoOffer.meta.id,
          severity: atClient ? 'high' : 'medium',
          certainty: atClient && !context.lossIn(discovers) && proxies.length > 0 ? 'proven' : 'likely',
          message: `${machineText(client)} asks for an address (${counted(discovers.length, 'DISCOVER')}) and ${heard}. ${vantageText(boot)}. ${cause} ${onScreen(proxies.length > 0 ? 'proxy-only' : 'no-offer', client.architecture)}`,
          remedy:
            "On the router of the client's network, set the IP helper (DHCP relay) to the DHCP server and to the PXE server; see that the DHCP server has a scope with free addresses for this network; allow udp/67 and udp/68 both ways.",
          outcome: 'no-answer',
          server: null,
          port: 67,
          attempts: discovers.length,
          moments: discovers,
        },
        client,
        context,
      );
    });
  },
};
