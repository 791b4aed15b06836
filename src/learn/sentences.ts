/** Signs in words, for the comments of a topology. Whatever a capture says is made printable here. */
import { SERVICE_NAMES } from '../assess/expected-services.ts';
import type { Service } from '../protocols/first-bytes.ts';
import { printable } from '../report/printable.ts';
import type { NameSaid, NameSource, Seen, Sign, SignKind } from './signs.ts';

/** Where a frame of the series is, in words: `frame 12`, `frame 12 of b.pcap`. */
export type FrameText = (frame: number) => string;

const SIGNS_TOLD = 4;
const PEERS_TOLD = 2;
/** Longest text of a capture that a comment repeats. */
const LONGEST = 80;

const serviceText = (service: string): string => SERVICE_NAMES[service as Service] ?? service;
const portText = (port: string | null): string => (port ?? '').replace('/', ' ');

export function quoted(text: string): string {
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
}

const AS_SERVER: Readonly<Record<SignKind, (value: string, port: string) => string>> = {
  answers: (value, port) => `answers ${serviceText(value)} on ${port}`,
  opens: (_, port) => `is open on ${port}`,
  tries: (_, port) => `is tried on ${port}`,
  path: (value, port) => `is asked for ${value} on ${port}`,
  method: (value, port) => `is asked with the method ${value} on ${port}`,
  name: (value) => `is called ${value}`,
  proxies: (_, port) => `passes on requests as a proxy on ${port}`,
  srv: (value) => `is named by DNS for ${value}`,
  rpc: (value) => `tells the port of its RPC interface ${value}`,
  lease: () => 'leases addresses by DHCP',
  relay: () => 'relays DHCP',
  'boot-offer': (_, port) => `answers network boots on ${port}`,
  'boot-option': (value) => `tells booting machines options of WDS (${value})`,
  file: (value) => `serves ${value} over TFTP`,
  netlogon: (value) =>
    value === 'global catalog' ? 'says that it is a global catalog' : `says that it is a domain controller of ${value}`,
  account: (value) => `gives tickets of ${value}`,
  'vendor-class': (value) => `is ${value} to DHCP`,
};

const AS_CLIENT: Readonly<Record<SignKind, (value: string, port: string, peers: string) => string>> = {
  answers: (value, port, peers) => `asks ${peers} for ${serviceText(value)} on ${port}`,
  opens: (_, port, peers) => `uses ${port} of ${peers}`,
  tries: (_, port, peers) => `tries ${port} of ${peers}`,
  path: (value, _, peers) => `asks ${peers} for ${value}`,
  method: (value, _, peers) => `asks ${peers} with the method ${value}`,
  name: (value) => `connects to ${value}`,
  proxies: (_, __, peers) => `uses ${peers} as a proxy`,
  srv: (value) => `asks for ${value}`,
  rpc: (value, _, peers) => `asks ${peers} for the RPC interface ${value}`,
  lease: () => 'has its address by DHCP',
  relay: () => 'asks through a relay',
  'boot-offer': () => 'boots from the network',
  'boot-option': () => 'boots from the network',
  file: (value, _, peers) => `loads ${value} over TFTP from ${peers}`,
  netlogon: (value) => `is answered by a domain controller of ${value}`,
  account: (value) => `gets tickets for the account of a computer in ${value}`,
  'vendor-class': (value) => `asks DHCP as "${value}"`,
};

/** One sign: what, how often, and where to look. */
export function signText({ side, kind, value, port, count, frames, peers }: Sign, frameText: FrameText): string {
  const told = [...peers].slice(0, PEERS_TOLD).map(({ address }) => address);
  const others = peers.size - told.length;
  const peersText = `${told.join(' and ') || 'somebody'}${others > 0 ? ` and ${others} more` : ''}`;
  const what =
    side === 'server'
      ? AS_SERVER[kind](quoted(value), portText(port))
      : AS_CLIENT[kind](quoted(value), portText(port), peersText);
  const often = count === 1 ? '' : `${count} times, `;
  const clients = side === 'server' && peers.size > 1 ? `${peers.size} others, ` : '';
  return `${what} (${often}${clients}${framesText(frames, frameText)}${count > frames.length ? ', ...' : ''})`;
}

function framesText(frames: readonly number[], frameText: FrameText): string {
  const texts = frames.map(frameText);
  if (!texts.every((text) => /^frame \d+$/.test(text)) || texts.length === 1) return texts.join(', ');
  return `frames ${texts.map((text) => text.slice('frame '.length)).join(', ')}`;
}

/** Several signs, the first few told. */
export function signsText(signs: readonly Sign[], frameText: FrameText): string {
  const told = signs.slice(0, SIGNS_TOLD).map((sign) => signText(sign, frameText));
  const more = signs.length - told.length;
  return `${told.join('; ')}${more > 0 ? `; and ${more} more ${more === 1 ? 'sign' : 'signs'}` : ''}`;
}

const NAMED_BY: Readonly<Record<NameSource, string>> = {
  netlogon: 'it says so itself as a domain controller',
  srv: 'an SRV record of DNS',
  dns: 'an answer of DNS',
  dhcp: 'DHCP',
  kerberos: 'its account in Kerberos',
  llmnr: 'LLMNR',
  mdns: 'mDNS',
  netbios: 'NetBIOS',
};

/** Where a name comes from. */
export function nameText({ name, source, frame }: NameSaid, frameText: FrameText): string {
  return `${quoted(name)}: ${NAMED_BY[source]} (${frameText(frame)})`;
}

/** What an address without a role does, in a few words. */
export function doingText(seen: Seen, frameText: FrameText): string {
  const signs = [...seen.signs.values()];
  const serving = signs.filter(({ side, kind }) => side === 'server' && (kind === 'answers' || kind === 'opens'));
  const asking = signs.filter(({ side, kind }) => side === 'client' && kind === 'answers');
  const tried = signs.filter(({ side, kind }) => side === 'client' && kind === 'tries');
  const told = serving.length > 0 ? serving : asking.length > 0 ? asking : tried;
  return told.length === 0 ? 'nothing of it tells a role' : signsText(told, frameText);
}
