import type { Conversation } from './conversations.ts';
import type { DropReport } from './types.ts';
import { called, portText } from './wording.ts';

/** What to do where a host tells that it dropped packets itself. @param fallback the remedy where no host says anything */
export function dropRemedy(drop: DropReport, conversation: Conversation, fallback: string): string {
  switch (drop.cause) {
    case 'filter':
      return filterRemedy(drop, conversation);
    case 'no-listener':
      return `On ${called(conversation.server)}, start the service that uses ${portText(conversation)}, or find out why it does not listen (Windows: ${listenersOf(conversation)}). The packets arrive: no firewall on the way has to be changed.`;
    case 'untold':
      return `The host that captured dropped packets of it and the capture does not tell why: capture with "pktmon start --capture --pkt-size 0" and give pcapcheck the .etl itself, which does. ${fallback}`;
    default:
      return `Begin at the host that captured: it dropped packets of it, because ${drop.because}. ${fallback}`;
  }
}

function filterRemedy(drop: DropReport, conversation: Conversation): string {
  const { client, server, proto, port } = conversation;
  const isRequest = drop.packets_of === 'client';
  const [sender, receiver] = isRequest ? [client, server] : [server, client];
  const host = drop.direction === 'out' ? sender : receiver;
  const peer = host === client ? server : client;
  const side = host === server ? '-LocalPort' : '-RemotePort';
  const direction = drop.direction === 'out' ? 'Outbound' : 'Inbound';
  const where =
    drop.direction === null || drop.by === 'firewall-log'
      ? `On ${called(host)}, or whose ${drop.by === 'firewall-log' ? 'log' : 'capture'} it is`
      : `On ${called(host)}, or the host that captured if it forwards for it`;
  // What a host drops on its way in has come that far.
  const passed = drop.direction === 'in' ? ' They passed every firewall before that host.' : '';
  const rule = isRequest
    ? `New-NetFirewallRule -DisplayName pcapcheck -Direction ${direction} -Protocol ${proto.toUpperCase()} ${side} ${port} -RemoteAddress ${peer.ip} -Action Allow`
    : 'the rule for the request lets answers pass by itself, so look for a rule that blocks';
  return `${where}, allow ${portText(conversation)} ${isRequest ? `from ${called(client)} to ${called(server)}` : `answers of ${called(server)} to ${called(client)}`} in Windows Defender Firewall: ${rule}. Where the rules allow it, "netsh wfp show netevents" names the filter that dropped it: IPsec policies and other security software have filters too.${passed}`;
}

function listenersOf({ proto, port }: Conversation): string {
  return proto === 'tcp'
    ? `Get-NetTCPConnection -State Listen -LocalPort ${port}`
    : `Get-NetUDPEndpoint -LocalPort ${port}`;
}
