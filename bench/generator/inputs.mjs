import { pcap } from './formats/pcap.mjs';
import { pcapng } from './formats/pcapng.mjs';
import { Connections } from './traffic/connections.mjs';
import { Giant } from './traffic/giant.mjs';
import { ManyNames } from './traffic/many-names.mjs';
import { Pxe } from './traffic/pxe.mjs';
import { blockedBoot } from './traffic/pxe-client.mjs';
import { Realistic } from './traffic/realistic.mjs';
import { Rejected } from './traffic/rejected.mjs';
import { SynScan } from './traffic/syn-scan.mjs';

/**
 * @typedef {object} Traffic
 * @property {() => boolean} next writes the next frame or a few; false when there are no more
 * @property {number} opened connections begun so far
 * @typedef {object} Input
 * @property {string} about
 * @property {(frames: import('./frames.mjs').Frames, random: import('./random.mjs').Random, options: Options) => Traffic} traffic
 * @property {import('./capture-buffer.mjs').Format} [format] pcap unless told
 * @property {{ version?: 4 | 6, tagged?: boolean }} [stack]
 * @property {boolean} [gzip]
 * @typedef {object} Options
 * @property {number} packets
 * @property {string} captures folder of real captures
 */

/** @type {import('./traffic/connections.mjs').Profile} */
const SMALL = { active: 100_000, rounds: [3, 7], request: [30, 60], response: [46, 60], think: 3800 };
/** @type {import('./traffic/connections.mjs').Profile} */
const MIX = { active: 50_000, rounds: [1, 2], request: [100, 700], response: [200, 14_000], think: 4000 };
/** @type {import('./traffic/connections.mjs').Profile} */
const CHURN = { active: 100_000, rounds: [0, 0], request: [30, 30], response: [46, 46], think: 100 };

/** @param {import('./traffic/connections.mjs').Profile} profile @returns {Input['traffic']} */
const connections = (profile) => (frames, random) => new Connections(frames, random, profile);

/** @param {import('./traffic/syn-scan.mjs').Sweep} sweep @returns {Input['traffic']} */
const scan = (sweep) => (frames, random) => new SynScan(frames, random, sweep);

/** @type {Record<string, Input>} */
export const INPUTS = {
  small: { about: 'small packets, 100,000 connections at a time', traffic: connections(SMALL) },
  mix: { about: 'requests and large responses', traffic: connections(MIX) },
  giant: { about: 'one transfer', traffic: (frames) => new Giant(frames) },
  'syn-scan': { about: 'every packet a new flow', traffic: scan('ports') },
  ipv6: { about: 'small over IPv6', traffic: connections(SMALL), stack: { version: 6 } },
  vlan: { about: 'small under 802.1Q and QinQ tags', traffic: connections(SMALL), stack: { tagged: true } },
  pcapng: { about: 'the frames of small as pcapng', traffic: connections(SMALL), format: pcapng },
  gzip: { about: 'the frames of small, compressed', traffic: connections(SMALL), gzip: true },
  pxe: {
    about: '500 clients installed over PXE',
    traffic: (frames, random, { packets }) => new Pxe(frames, random, packets),
  },
  'pxe-blocked': {
    about: '500 clients whose TFTP answers a firewall drops (some 7,400 packets in all)',
    traffic: (frames, random, { packets }) => new Pxe(frames, random, packets, blockedBoot),
  },
  realistic: {
    about: 'real captures, replicated with shifted addresses',
    traffic: (frames, _random, { captures }) => new Realistic(frames, captures),
  },
  churn: { about: 'connections that carry no data', traffic: connections(CHURN) },
  'address-scan': { about: 'every packet to an address of its own', traffic: scan('addresses') },
  'address-scan-6': {
    about: 'every packet to an IPv6 address of its own',
    traffic: scan('addresses'),
    stack: { version: 6 },
  },
  'syn-flood': { about: 'every packet from an address of its own', traffic: scan('sources') },
  'syn-flood-6': {
    about: 'every packet from an IPv6 address of its own',
    traffic: scan('sources'),
    stack: { version: 6 },
  },
  rejected: {
    about: 'every attempt rejected by a firewall',
    traffic: (frames, random) => new Rejected(frames, random),
  },
  names: { about: 'every question for a name of its own', traffic: (frames) => new ManyNames(frames) },
};

/** @param {string} name */
export const formatOf = (name) => INPUTS[name].format ?? pcap;

/** @param {string} name */
export const extensionOf = (name) =>
  INPUTS[name].gzip ? 'pcap.gz' : INPUTS[name].format === pcapng ? 'pcapng' : 'pcap';
