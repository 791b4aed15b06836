/** Goes through an analysis once and collects the signs of every address. */
import { rpcInterface } from '../catalog/index.ts';
import { type NameBook, nameBookOf } from '../names/name-book.ts';
import { DHCP_ACK, DHCP_OFFER, type DhcpMessage, isPxeClass, NO_ADDRESS } from '../protocols/dhcp.ts';
import { SERVICES } from '../protocols/first-bytes.ts';
import { DS_DS, DS_GC } from '../protocols/netlogon-ping.ts';
import { bootMessages } from '../stories/boot-messages.ts';
import type { BootMessage } from '../stories/boot-story.ts';
import { controllersSeen, ticketsSeen } from '../stories/directory.ts';
import { rpcStories } from '../stories/rpc-stories.ts';
import { tftpStories } from '../stories/tftp-stories.ts';
import { type ConnectionView, newConnectionView } from '../track/connection-view.ts';
import type { Observation } from '../track/observation.ts';
import { note, noteName, notePrefix, type Seen, SeenAddresses } from './signs.ts';

/** Everything that the capture shows of its addresses. */
export function gatherSigns(observation: Observation): SeenAddresses {
  const seen = new SeenAddresses();
  const book = nameBookOf(observation);
  gatherConnections(observation, book, seen);
  gatherDhcp(observation, seen);
  gatherTftp(observation, seen);
  gatherRpc(observation, seen);
  gatherDirectory(observation, seen);
  gatherNames(book, seen);
  return seen;
}

function gatherConnections(observation: Observation, book: NameBook, addresses: SeenAddresses): void {
  const view = newConnectionView();
  for (let number = 0; number < observation.count; number++) {
    if (!observation.has(number)) continue;
    observation.read(number, view);
    const client = addresses.of(observation.addressText(view.family, view.client));
    const server = view.toGroup ? null : addresses.of(observation.addressText(view.family, view.server));
    if (client !== null && view.packetsToServer > 0) client.spoke = true;
    if (server !== null && view.packetsToClient > 0) server.spoke = true;
    if (server !== null) gatherConnection(view, book, client, server);
  }
}

/** Ports that services have by their own documents: there even the middle of a connection shows who is the server. */
const USUAL_PORTS: Readonly<Record<string, readonly number[]>> = {
  dns: [53],
  kerberos: [88],
  ldap: [389, 3268],
  rpc: [135],
  smb: [139, 445],
  tds: [1433],
};
/** Names among neighbours have the form of DNS, and are none: RFC 1002, RFC 6762, RFC 4795. */
const NEIGHBOUR_PORTS: ReadonlySet<number> = new Set([137, 138, 5353, 5355]);

function gatherConnection(view: ConnectionView, book: NameBook, client: Seen | null, server: Seen): void {
  const { proto, serverPort, firstFrame: frame } = view;
  if (proto === 'udp' && NEIGHBOUR_PORTS.has(serverPort)) return;
  const service = SERVICES[view.service] ?? '';
  // From the middle of a connection, any bytes may look like a beginning, and either end like the server.
  const isMiddle = view.clientInferred && proto === 'tcp';
  if (isMiddle && USUAL_PORTS[service]?.includes(serverPort) !== true) return;
  const port = `${proto}/${serverPort}`;
  if (proto === 'tcp') note(client, 'client', 'tries', service, port, server, frame);
  const works = proto === 'udp' ? 'answered' : isMiddle ? 'midstream' : 'established';
  if (view.outcome !== works || view.isTransfer || (proto === 'tcp' && !view.serverSentData)) return;
  if (service !== '') {
    note(server, 'server', 'answers', service, port, client, frame);
    note(client, 'client', 'answers', service, port, server, frame);
  } else note(server, 'server', 'opens', '', port, client, frame);
  if (view.proto !== 'tcp') return;
  for (const { kind, name, detail, version, frame: at } of book.visits(view.number)) {
    if (kind === 'proxied' || kind === 'connect') {
      note(server, 'server', 'proxies', '', port, client, at);
      note(client, 'client', 'proxies', '', port, server, at);
    }
    if (kind === 'http' && detail !== null) {
      const path = pathStart(detail);
      note(server, 'server', 'path', path, port, client, at);
      note(client, 'client', 'path', path, port, server, at);
      note(server, 'server', 'method', version, port, client, at);
      note(client, 'client', 'method', version, port, server, at);
    }
    if (name !== null && (kind === 'tls' || kind === 'connect'))
      note(client, 'client', 'name', name.toLowerCase(), port, server, at);
  }
}

/** The first two parts of a path, which tell the application, in lower case. */
function pathStart(path: string): string {
  return path.toLowerCase().split('/').slice(0, 3).join('/');
}

function gatherDhcp(observation: Observation, addresses: SeenAddresses): void {
  const { messages } = bootMessages(observation);
  /** By hardware address: what the machine said of itself before it had an address. */
  const said = new Map<
    string,
    { names: { name: string; frame: number }[]; vendorClass: string | null; frame: number }
  >();
  for (const message of messages) {
    const { v4, frame } = message;
    if (v4 === null || v4.type === 0) continue;
    if (v4.op === 1) {
      const known = said.get(v4.hardwareAddress) ?? { names: [], vendorClass: null, frame };
      said.set(v4.hardwareAddress, known);
      for (const name of [v4.fullName, v4.hostName])
        if (name !== null && known.names.length < 4) known.names.push({ name, frame });
      known.vendorClass ??= v4.vendorClass;
      if (v4.giaddr !== NO_ADDRESS)
        note(addresses.of(v4.giaddr), 'server', 'relay', '', null, addresses.of(message.toText), frame);
      if (v4.ciaddr !== NO_ADDRESS) noteMachine(addresses.of(v4.ciaddr), known, frame);
    } else gatherDhcpAnswer(message, v4, addresses, said.get(v4.hardwareAddress));
  }
}

interface Machine {
  names: { name: string; frame: number }[];
  vendorClass: string | null;
}

function noteMachine(seen: Seen | null, machine: Machine | undefined, frame: number): void {
  for (const { name, frame: at } of machine?.names ?? []) noteName(seen, name, 'dhcp', at);
  if (machine !== undefined && machine.vendorClass !== null)
    note(seen, 'client', 'vendor-class', machine.vendorClass.toLowerCase(), null, null, frame);
}

function gatherDhcpAnswer(
  { fromText, bootServerPort, frame }: BootMessage,
  message: DhcpMessage,
  addresses: SeenAddresses,
  machine: Machine | undefined,
): void {
  const { type, yiaddr, ciaddr, serverId, subnetMask, vendorClass } = message;
  const server = addresses.of(serverId ?? fromText);
  const isLease = (type === DHCP_OFFER || type === DHCP_ACK) && yiaddr !== NO_ADDRESS && !bootServerPort;
  if (isLease) note(server, 'server', 'lease', '', 'udp/67', addresses.of(yiaddr), frame);
  if (isPxeClass(vendorClass) && (yiaddr === NO_ADDRESS || bootServerPort))
    note(server, 'server', 'boot-offer', '', bootServerPort ? 'udp/4011' : 'udp/67', null, frame);
  if (message.wds !== null || /smsboot|smstemp/i.test(message.bcdPath ?? ''))
    note(server, 'server', 'boot-option', (message.bcdPath ?? 'wds').toLowerCase(), null, null, frame);
  if (type !== DHCP_ACK) return;
  const holder = yiaddr !== NO_ADDRESS ? yiaddr : ciaddr;
  if (holder === NO_ADDRESS) return;
  const length = subnetMask === null ? null : prefixLength(subnetMask);
  if (length !== null) notePrefix(addresses.of(holder), length, frame);
  if (!bootServerPort) noteMachine(addresses.of(holder), machine, frame);
}

/** 255.255.255.0 is 24; null for what is no mask of a network of hosts. */
function prefixLength(mask: string): number | null {
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
  const length = bits.lastIndexOf('1') + 1;
  return bits.indexOf('0') === length && length >= 8 && length <= 30 ? length : null;
}

function gatherTftp(observation: Observation, addresses: SeenAddresses): void {
  for (const { serverText, clientText, file, blocks, write, first } of tftpStories(observation).stories) {
    if (blocks === 0 || write) continue;
    const name = file.toLowerCase().replaceAll('\\', '/').replace(/^\/+/, '');
    const [server, client] = [addresses.of(serverText), addresses.of(clientText)];
    note(server, 'server', 'file', name, 'udp/69', client, first.frame);
    note(client, 'client', 'file', name, 'udp/69', server, first.frame);
  }
}

function gatherRpc(observation: Observation, addresses: SeenAddresses): void {
  for (const { client, server, interface: id, first } of rpcStories(observation).mappings) {
    if (id === null) continue;
    const name = (rpcInterface(id)?.name ?? id).toLowerCase();
    note(addresses.of(server), 'server', 'rpc', name, 'tcp/135', addresses.of(client), first.frame);
    note(addresses.of(client), 'client', 'rpc', name, 'tcp/135', addresses.of(server), first.frame);
  }
}

function gatherDirectory(observation: Observation, addresses: SeenAddresses): void {
  for (const { server, client, answer, frame } of controllersSeen(observation)) {
    if ((answer.flags & DS_DS) === 0) continue;
    const [controller, asker] = [addresses.of(server), addresses.of(client)];
    note(controller, 'server', 'netlogon', answer.domain.toLowerCase(), 'udp/389', asker, frame);
    note(asker, 'client', 'netlogon', answer.domain.toLowerCase(), 'udp/389', controller, frame);
    if ((answer.flags & DS_GC) !== 0) note(controller, 'server', 'netlogon', 'global catalog', 'udp/389', asker, frame);
    noteName(controller, answer.host, 'netlogon', frame);
  }
  for (const { server, client, name, realm, frame } of ticketsSeen(observation)) {
    if (!name.endsWith('$')) continue;
    const [center, machine] = [addresses.of(server), addresses.of(client)];
    note(machine, 'client', 'account', realm.toLowerCase(), null, center, frame);
    noteName(machine, name.slice(0, -1), 'kerberos', frame);
  }
}

function gatherNames(book: NameBook, addresses: SeenAddresses): void {
  for (const { service, host, frame } of book.services()) {
    for (const { address } of book.addressesOf(host)) {
      const seen = addresses.of(address);
      note(seen, 'server', 'srv', service, null, null, frame);
      noteName(seen, host, 'srv', frame);
    }
  }
  for (const { name, source, address, frame } of book.answers) {
    // Names of addresses that only DNS speaks of are of no use.
    const seen = addresses.known(address);
    if (source === 'dns' || source === 'dns-alias') noteName(seen, name, 'dns', frame);
    else noteName(seen, name, source, frame);
  }
}
