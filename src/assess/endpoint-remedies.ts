/** What to do where a name on the internet is blocked: nobody can look at that server, and its addresses are not what a firewall should allow. */
import { isPortUnreachable } from '../track/join-icmp.ts';
import type { Fate } from './conversations.ts';
import type { InternetUse } from './internet-view.ts';
import { remedyOf } from './remedies.ts';
import { called, portText } from './wording.ts';

const BY_NAME = 'Allow the name, not the address: it changes.';

export function endpointRemedy({ client, names, conversation, targetPort }: InternetUse, fate: Fate): string {
  const way = `${portText(conversation)} from ${called(client)} to ${names.join(' or ')}`;
  // A proxy that is not reached, a host that tells of its own drops, filters behind the handshake, and resets in the server's name are told as anywhere.
  if (targetPort === null && fate.drop === null && fate.symptom === null && fate.answerLost === 0) {
    if (fate.outcome === 'no-answer') return `Allow ${way} on every firewall on the way out. ${BY_NAME}`;
    if (fate.outcome === 'refused')
      return `A firewall on the way answers with resets, or the service is down: allow ${way}. ${BY_NAME}`;
    const { icmp } = fate;
    if (fate.outcome === 'unreachable' && icmp !== null && icmp.packets_of !== 'server' && isPortUnreachable(icmp))
      return `${icmp.sender} rejects it: allow ${way}. ${BY_NAME}`;
  }
  return `${remedyOf(conversation, fate)} ${BY_NAME}`;
}
