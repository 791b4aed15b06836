import { CONTROL_DHCP, CONTROL_DHCPV6, CONTROL_TFTP } from '../track/control-ports.ts';
import type { Observation } from '../track/observation.ts';
import { bootClients } from './boot-clients.ts';
import { bootMessages } from './boot-messages.ts';
import type { BootClient } from './boot-story.ts';
import { dhcpNames } from './dhcp-names.ts';
import { tooBigForUdp } from './kerberos.ts';
import type { Moment } from './moment.ts';
import { type RpcStories, rpcStories } from './rpc-stories.ts';
import { tftpStories } from './tftp-stories.ts';
import type { TftpStory } from './tftp-story.ts';

/** The conversations that explain others, played in the order of time: network boots, TFTP transfers, and the ports that RPC hands out. */
export interface Stories {
  /** In the order of their first message. */
  clients: BootClient[];
  /** In the order of the first request. */
  transfers: TftpStory[];
  rpc: RpcStories;
  /** Where a key distribution center sent a client from UDP to TCP: by client and server, with a blank between. */
  tooBigForUdp: ReadonlyMap<string, Moment>;
  /** What machines call themselves in DHCP, by address. */
  dhcpNames: ReadonlyMap<string, string>;
  /** Messages that began like DHCP or TFTP and broke their rules. */
  malformed: number;
  /** Messages and TFTP packets that went beyond what is kept. */
  dropped: number;
}

export function playStories(observation: Observation): Stories {
  const tftp = tftpStories(observation);
  const dhcp = bootMessages(observation);
  const rpc = rpcStories(observation);
  const { lost } = observation.payloads;
  return {
    clients: bootClients(dhcp.messages, tftp.stories),
    transfers: tftp.stories,
    rpc,
    tooBigForUdp: tooBigForUdp(observation),
    dhcpNames: dhcpNames(dhcp.messages),
    malformed: tftp.malformed + dhcp.malformed,
    dropped:
      tftp.dropped + lost[CONTROL_DHCP] + lost[CONTROL_TFTP] + lost[CONTROL_DHCPV6] + observation.tftpMeters.dropped,
  };
}
