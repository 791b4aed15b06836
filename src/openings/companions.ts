/** Traffic that goes with an opening: without it, opening the port itself helps nobody. */
import { type compile, formatPortRange, transferPorts } from '../catalog/index.ts';
import type { PortRange, Rule } from '../catalog/types.ts';
import type { Endpoint } from '../site/index.ts';
import type { Demand } from './gather.ts';

type RuleIndex = ReturnType<typeof compile>;

const ANY_PORT: readonly PortRange[] = [{ first: 0, last: 65535 }];

/**
 * Note 4 of the port page: a TFTP server answers from a port of its own, which is a new flow for a firewall. Null for other rules.
 * @param server the endpoint whose ports these are
 */
export function tftpAnswers(demand: Demand, server: Endpoint): Demand | null {
  if (demand.rule.service !== 'tftp' || demand.sense !== 'direct') return null;
  const ports = transferPorts(server);
  const range = formatPortRange(ports);
  const saves =
    ports.first === ports.last
      ? `The server answers from udp/${range} only, as the topology says (tftp_port_range).`
      : `A stateful TFTP helper on the firewall (conntrack, inspect tftp, ALG) makes this line unnecessary; a fixed range on the server (WDS: UdpPortPolicy; tftp_port_range in the topology) makes it narrower than ${portCount(ports)} ports.`;
  return {
    ...demand,
    client: demand.server,
    server: demand.client,
    ports: ANY_PORT,
    relation: 'range',
    sourcePorts: [ports],
    sense: 'reversed',
    notes: [`Answers and data of TFTP: only the request goes to udp/69. ${saves}`],
  };
}

/** Of a blocked endpoint mapper: the dynamic ports that it would have named, which nobody could try. Empty for other rules. */
export function rpcPorts(demand: Demand, client: Endpoint, server: Endpoint, index: RuleIndex): Demand[] {
  const { rule } = demand;
  if (rule.service !== 'rpc-epm' || rule.transport !== 'tcp') return [];
  return index
    .between(client, server, 'tcp')
    .filter((other) => other.rule.service === 'rpc' && sameEnds(other.rule, rule) && other.via === 'direct')
    .filter(({ need, reversed }) => need === demand.need && reversed === (demand.sense === 'reversed'))
    .map((other) => ({
      ...demand,
      rule: other.rule,
      need: other.need,
      ports: other.ports,
      relation: other.relation,
      firstSeen: null,
      finding: null,
      outcome: null,
      notes: [
        'Not tried in this capture, since the endpoint mapper that names the port is blocked: needed once that is open.',
        ...dynamicNote(other.ports),
      ],
    }));
}

function sameEnds(one: Rule, other: Rule): boolean {
  return one.catalog === other.catalog && one.to === other.to && one.from.join() === other.from.join();
}

/** What would make a wide range narrow; nothing for single ports. */
export function dynamicNote(ports: readonly PortRange[]): string[] {
  const wide = ports.filter(({ first, last }) => last - first >= WIDE);
  if (wide.length === 0) return [];
  return [
    `${portCount(wide[0])} ports, because RPC servers pick one of them: a firewall that reads RPC opens only the one that port 135 names; fixed ports on the server (registry: NTDS "TCP/IP Port", DCOM "Ports"; or netsh int ipv4 set dynamicport) with dynamic_rpc_range in the topology make it narrow.`,
  ];
}

/** A range of more ports is worth a note. */
const WIDE = 1000;

function portCount({ first, last }: PortRange): string {
  return (last - first + 1).toLocaleString('en-US');
}
