/** What the findings about network boots share. */
import { ARCHITECTURES, type Boot, type BootClient } from '../stories/boot-story.ts';
import type { Moment } from '../stories/moment.ts';
import { relaysOf, seesClient } from './boot-facts.ts';
import type { Context } from './context.ts';
import type { Peer } from './peers.ts';
import { storyFinding } from './story-finding.ts';
import type { Certainty, Finding, Severity } from './types.ts';

/** `00:15:5d:01:02:03 (x64 UEFI, UUID …)`: the machine, which may have no address yet. */
export function machineText({ id, architecture, uuid, addresses }: BootClient): string {
  const facts = [
    architecture === null ? null : (ARCHITECTURES[architecture] ?? `architecture ${architecture}`),
    addresses.length === 0 ? null : addresses[addresses.length - 1],
    uuid === null ? null : `UUID ${uuid}`,
  ].filter((fact) => fact !== null);
  return facts.length === 0 ? id : `${id} (${facts.join(', ')})`;
}

/** Where the capture stands, as far as a boot tells. */
export function vantageText(boot: Boot): string {
  if (seesClient(boot)) return "Seen from the client's network";
  const relays = relaysOf(boot);
  return relays.length > 0 ? `Seen behind the relay ${relays[0]}` : 'Seen at the server';
}

/** Wireshark finds all of a client's DHCP by its hardware address, relay copies too. */
export function bootFilter({ hardwareAddress }: BootClient): string {
  return hardwareAddress === null ? 'dhcpv6' : `dhcp.hw.mac_addr == ${hardwareAddress}`;
}

interface BootTold {
  kind: string;
  severity: Severity;
  certainty: Certainty;
  message: string;
  remedy: string;
  outcome: Finding['outcome'];
  server: Peer | null;
  port: number;
  attempts: number;
  moments: readonly Moment[];
  /** What it is about, where that is not this machine. */
  subject?: string;
}

export function bootFinding(told: BootTold, client: BootClient, context: Context): Finding {
  const address = client.addresses[client.addresses.length - 1];
  const peer = address === undefined ? null : context.peerOf(address);
  return storyFinding(
    { subject: client.id, ...told, client: peer, count: 1, display_filter: bootFilter(client) },
    context,
  );
}
