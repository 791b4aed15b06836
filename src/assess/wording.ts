import type { Rule } from '../catalog/types.ts';
import { isExpired } from '../track/join-icmp.ts';
import type { Conversation, Fate } from './conversations.ts';
import { dropSource, dropText } from './drop-words.ts';
import { heardWhile, SIGN_OF_LIFE_SECONDS } from './heard.ts';
import type { Peer } from './peers.ts';

/** `MP01 (10.0.0.10)`, or the address alone, also where it is the name. A network's name stands for its members. */
export function called(peer: Peer): string {
  const { kind, name } = peer.endpoint;
  if (name === null || name === peer.ip) return peer.ip;
  return kind === 'network' ? `${peer.ip} (in ${name})` : `${name} (${peer.ip})`;
}

/** `tcp/445`; `tcp/445 in VLAN 20` where that is judged apart. */
export function portText({ proto, port, network }: Pick<Conversation, 'proto' | 'port' | 'network'>): string {
  return network === null ? `${proto}/${port}` : `${proto}/${port} in ${network.text}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** What the capture shows of a fate, as the middle of a sentence. */
export function whatHappened(fate: Fate): string {
  const tries = `${counted(fate.attempts, 'attempt')} in ${counted(fate.count, 'connection')}`;
  if (fate.symptom === 'stalled')
    return `the connection opened, then what was sent was repeated and never acknowledged (${counted(fate.count, 'connection')})`;
  if (fate.symptom === 'reset-after-request') {
    return `the connection opened, and the server reset it after the first request, before any answer (${counted(fate.count, 'connection')})`;
  }
  switch (fate.outcome) {
    case 'refused':
      return fate.answerLost > 0
        ? `a reset (RST) answered the SYN, and a SYN-ACK came behind it: not both are the server's own (${tries})`
        : `a reset (RST) answered the SYN (${tries})`;
    case 'no-answer':
      if (fate.drop !== null)
        return `nothing came back, and ${dropText(fate.drop)} (${dropSource(fate.drop)}; ${tries})`;
      return `nothing came back (${tries})`;
    case 'dropped':
      return `${dropText(fate.drop!)} (${dropSource(fate.drop!)}; ${tries})`;
    case 'prohibited':
      return fate.icmp?.packets_of === 'server'
        ? `${icmpText(fate)} said of the server's answer that it is administratively prohibited (${tries})`
        : `${icmpText(fate)} said that it is administratively prohibited (${tries})`;
    case 'unreachable':
      return isLooping(fate)
        ? `${icmpText(fate)} said that the packet's time to live ran out on the way (${tries})`
        : fate.icmp?.packets_of === 'server'
          ? `${icmpText(fate)} said of the server's answer that the port is unreachable (${tries})`
          : `${icmpText(fate)} said that it is unreachable (${tries})`;
    case 'half-open':
      return `the server's SYN-ACK passes the capture point, yet the client does not go on with the connection (${tries})`;
    default:
      return `${fate.outcome} (${counted(fate.count, 'connection')})`;
  }
}

/** A router said that a packet was handed on too often. */
export function isLooping({ icmp }: Pick<Fate, 'icmp'>): boolean {
  return icmp !== null && isExpired(icmp);
}

/** What else it may be, where the verdict is only likely. @param overTcp what failed over UDP works over TCP on the same port */
export function likelyNote(conversation: Conversation, fates: readonly Fate[], overTcp = false): string {
  const { proto, server, network } = conversation;
  if (fates.some(({ outcome }) => outcome === 'half-open'))
    return 'The fault lies between the capture point and the client, or the answer came when the client had given up.';
  if (server.udpOneSided > 0)
    return 'Answers of this server to others are here without their questions: its answers may also take a way past the capture point.';
  const where = network?.text ?? 'this capture';
  const heard = heardWhile(conversation, fates);
  if (heard === 'at-another-time' || heard === 'once') {
    const what = proto === 'tcp' ? 'The server is not heard' : 'Nobody is seen to get an answer of this service';
    const when = heard === 'once' ? 'more than one of the attempts' : 'the attempts';
    return `${what} in ${where} within ${SIGN_OF_LIFE_SECONDS} s of ${when}: it may have been down then.`;
  }
  if (overTcp) return `Over TCP the service answers in ${where}, so it runs; over UDP nobody gets an answer of it.`;
  return (network?.server ?? server).twoWay > 0
    ? `Nobody gets an answer of this service in ${where}: it may also be down.`
    : `The server says nothing at all in ${where}: it may also be down.`;
}

function icmpText({ icmp }: Fate): string {
  if (icmp === null) return 'an ICMP error';
  return `${icmp.sender} (ICMP${icmp.version === 6 ? 'v6' : ''} type ${icmp.type} code ${icmp.code})`;
}

/** The rule in a few words: who needs the port for what. */
export function ruleText(rule: Rule): string {
  return `${rule.description} (rule ${rule.id})`;
}

/** Where a name on the internet is listed. */
export function listText(rule: Rule): string {
  return rule.endpoint === null ? ruleText(rule) : `listed for "${rule.source.section}" (rule ${rule.id})`;
}

/** Works in Wireshark: both directions of a conversation. */
export function filterOf({
  client,
  server,
  proto,
  port,
  network,
}: Pick<Conversation, 'client' | 'server' | 'proto' | 'port' | 'network'>): string {
  return [pairFilter(client, server), ...networkFilter(network), `${proto}.port == ${port}`].join(' && ');
}

/** What chooses the network that a conversation is judged in, if any. */
export function networkFilter(network: Conversation['network']): string[] {
  const filter = network?.filter ?? null;
  return filter === null ? [] : [filter];
}

export function pairFilter(client: Peer, server: Peer): string {
  return `${addressFilter(client)} && ${addressFilter(server)}`;
}

export function addressFilter(peer: Peer): string {
  return `${peer.family === 6 ? 'ipv6' : 'ip'}.addr == ${peer.ip}`;
}

/** `a, b and 3 more`: the first few of many. */
export function someOf(all: readonly string[], most: number): string {
  const more = all.length - most;
  return `${all.slice(0, most).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
