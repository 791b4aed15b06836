import { isPortUnreachable } from '../track/join-icmp.ts';
import type { Conversation, Fate } from './conversations.ts';
import { dropRemedy } from './drop-remedies.ts';
import type { IcmpReport } from './types.ts';
import { called, isLooping, portText } from './wording.ts';

/** What to do about a blocked conversation, by what the capture shows. */
export function remedyOf(conversation: Conversation, fate: Fate): string {
  const remedy = outcomeRemedy(conversation, fate);
  return fate.drop === null ? remedy : dropRemedy(fate.drop, conversation, remedy);
}

function outcomeRemedy(conversation: Conversation, fate: Fate): string {
  const { client, server } = conversation;
  const port = portText(conversation);
  const way = `${port} from ${called(client)} to ${called(server)}`;
  if (fate.symptom === 'stalled') {
    return `Look for a filter on the way that reads content (TLS inspection, intrusion prevention) and lets the handshake of ${port} pass but not what follows, and for a path that loses large packets (try ping with 1400 bytes and "do not fragment").`;
  }
  if (fate.symptom === 'reset-after-request') {
    return `Look for a filter that reads content between ${called(client)} and ${called(server)}; if the resets carry another TTL than the server's packets, they are forged. Else look at the log of the service on ${port}.`;
  }
  switch (fate.outcome) {
    case 'refused':
      if (fate.answerLost > 0)
        return `Find what sends resets in the name of ${called(server)} (intrusion prevention, a firewall), and allow ${way} there: the TTL of the resets, beside that of the SYN-ACK, tells how near it is.`;
      return `On ${called(server)}, see that the service listens on ${port} (Windows: Get-NetTCPConnection -State Listen -LocalPort ${conversation.port}). If it does, a firewall on the way answers with resets: allow ${way}.`;
    case 'prohibited':
      if (fate.icmp?.packets_of === 'server') return answerRemedy(fate.icmp, way);
      return fate.icmp?.sender === server.ip
        ? `Allow ${way} in the firewall of ${called(server)} itself: its own address signs the refusal.`
        : `Allow ${way} on ${fate.icmp?.sender ?? 'the firewall that sent the ICMP error'}.`;
    case 'unreachable':
      if (isLooping(fate))
        return `Look for a routing loop around ${fate.icmp!.sender} (traceroute shows the same routers in turn): the route to ${called(server)} is wrong or missing there. No port rule mends that.`;
      if (fate.icmp?.packets_of === 'server') return answerRemedy(fate.icmp, way);
      return fate.icmp !== null && isPortUnreachable(fate.icmp)
        ? `On ${called(server)}, see that the service listens on ${port}; if it does, ${fate.icmp?.sender ?? 'a firewall'} rejects it: allow ${way}.`
        : `See that ${called(server)} is up and that ${fate.icmp?.sender ?? 'the router that sent the ICMP error'} has a route to it; where a firewall rejects in this way, allow ${way}.`;
    case 'half-open':
      return `The answer is lost between the capture point and ${called(client)}: allow the way back of ${way}, and look for asymmetric routes.`;
    default:
      return `Allow ${way} on every firewall between them, the host firewall of ${server.endpoint.name ?? server.ip} included; if it is allowed, see that the host is up.`;
  }
}

function answerRemedy({ sender }: IcmpReport, way: string): string {
  return `The request arrives, and ${sender} does not let the answer pass: where it keeps track of connections, see that requests pass it, too (asymmetric routes); else allow the answers of ${way} there.`;
}
