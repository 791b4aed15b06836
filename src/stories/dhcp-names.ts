import { DHCP_ACK, NO_ADDRESS } from '../protocols/dhcp.ts';
import type { BootMessage } from './boot-story.ts';

/**
 * What machines call themselves in DHCP (option 12, or the name of option 81), by the address that they were given or that they have. A hint only: anybody
 * may say anything.
 * @param messages in the order of time
 */
export function dhcpNames(messages: readonly BootMessage[]): Map<string, string> {
  const names = new Map<string, string>();
  const ofMachine = new Map<string, string>();
  for (const { v4 } of messages) {
    if (v4 === null || v4.type === 0) continue;
    const { op, type, hardwareAddress, ciaddr, yiaddr } = v4;
    if (op === 1) {
      const said = v4.hostName ?? v4.fullName;
      if (said !== null && said !== '') ofMachine.set(hardwareAddress, said);
    } else if (type !== DHCP_ACK) continue;
    const holder = op === 1 || yiaddr === NO_ADDRESS ? ciaddr : yiaddr;
    const name = ofMachine.get(hardwareAddress);
    if (holder !== NO_ADDRESS && name !== undefined) names.set(holder, name);
  }
  return names;
}
