/**
 * The site that the generated traffic belongs to; bench/site.yaml describes the same to the analyzer.
 *
 * @typedef {'works' | 'refused' | 'silent' | 'prohibited' | 'unreachable'} Fate
 * @typedef {'http' | 'tls' | 'smb' | 'ldap' | 'rpc' | 'dns' | 'plain'} Application
 * @typedef {object} Service
 * @property {number} server
 * @property {number} port
 * @property {Application} application
 * @property {number} weight how many of all connections go there, relative to the others
 * @property {Fate} fate
 * @property {number} clients how many of the clients ask for it
 */

/** @param {string} dotted */
export const host = (dotted) => dotted.split('.').reduce((value, part) => value * 256 + Number(part), 0);

export const CLIENTS = host('10.1.0.0');
export const CLIENT_COUNT = 20_000;
export const ROUTER = host('10.1.255.254');

/** Servers live in 10.20.0.0/24. @param {number} address */
export const isServer = (address) => address >>> 8 === 0x0a1400;

export const MP = host('10.20.0.11');
export const DP = host('10.20.0.12');
export const SUP = host('10.20.0.13');
export const DC = host('10.20.0.14');
export const FSP = host('10.20.0.15');
export const DHCP = host('10.20.0.16');
export const DP2 = host('10.20.0.22');
export const SUP2 = host('10.20.0.23');

/** The office whose firewall was forgotten. */
const OFFICE = 40;

/** @type {Service[]} */
export const SERVICES = [
  { server: MP, port: 80, application: 'http', weight: 150, fate: 'works', clients: CLIENT_COUNT },
  { server: MP, port: 443, application: 'tls', weight: 200, fate: 'works', clients: CLIENT_COUNT },
  { server: MP, port: 10123, application: 'tls', weight: 80, fate: 'works', clients: CLIENT_COUNT },
  { server: DP, port: 80, application: 'http', weight: 100, fate: 'works', clients: CLIENT_COUNT },
  { server: DP, port: 443, application: 'tls', weight: 100, fate: 'works', clients: CLIENT_COUNT },
  { server: DP, port: 445, application: 'smb', weight: 80, fate: 'works', clients: CLIENT_COUNT },
  { server: SUP, port: 8530, application: 'http', weight: 60, fate: 'works', clients: CLIENT_COUNT },
  { server: SUP, port: 8531, application: 'tls', weight: 60, fate: 'works', clients: CLIENT_COUNT },
  { server: DC, port: 389, application: 'ldap', weight: 40, fate: 'works', clients: CLIENT_COUNT },
  { server: DC, port: 445, application: 'smb', weight: 30, fate: 'works', clients: CLIENT_COUNT },
  { server: DC, port: 135, application: 'rpc', weight: 10, fate: 'works', clients: CLIENT_COUNT },
  { server: DC, port: 49667, application: 'plain', weight: 10, fate: 'works', clients: CLIENT_COUNT },
  { server: DC, port: 53, application: 'dns', weight: 40, fate: 'works', clients: CLIENT_COUNT },
  { server: FSP, port: 80, application: 'http', weight: 10, fate: 'works', clients: CLIENT_COUNT },
  { server: MP, port: 4444, application: 'plain', weight: 4, fate: 'works', clients: 3 },
  { server: DP2, port: 445, application: 'smb', weight: 6, fate: 'refused', clients: OFFICE },
  { server: DP2, port: 80, application: 'http', weight: 6, fate: 'silent', clients: OFFICE },
  { server: DP2, port: 443, application: 'tls', weight: 6, fate: 'prohibited', clients: OFFICE },
  { server: SUP2, port: 8530, application: 'http', weight: 4, fate: 'unreachable', clients: OFFICE },
  { server: SUP2, port: 53, application: 'dns', weight: 2, fate: 'silent', clients: OFFICE },
];
