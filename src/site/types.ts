/** A topology after it was read: what the assessment sees. */

import type { CatalogName, PortRange } from '../catalog/types.ts';
import type { Interval } from './addresses.ts';
import type { Allowed } from './allowed.ts';
import type { AddressClass } from './classes.ts';
import type { Settings } from './settings.ts';

/** Who an address is. Several may share a `base`: they differ only in the `areas` of expect and forbid they lie in. */
export interface Endpoint {
  readonly index: number;
  /** Index of the first endpoint of the same host, network or class: count by this one. */
  readonly base: number;
  readonly kind: 'host' | 'network' | AddressClass;
  /** Name of the host or network; null for a class of addresses. */
  readonly name: string | null;
  /** Role ids as listed, sorted. */
  readonly roles: readonly string[];
  /** With everything they imply. */
  readonly allRoles: ReadonlySet<string>;
  readonly os: string | null;
  /** Settings of the host over those of the site. */
  readonly settings: Settings;
  /** Ports on which it is a web proxy; null: it is none. */
  readonly proxyPorts: readonly PortRange[] | null;
  /** The site server starts every connection with it (note 5). */
  readonly siteInitiatedOnly: boolean;
  /** Numbers of the areas (see Selector) that hold the address. */
  readonly areas: ReadonlySet<number>;
}

export interface HostModel {
  readonly name: string;
  readonly addresses: readonly Interval[];
  readonly roles: readonly string[];
  readonly os: string | null;
  readonly settings: Settings;
}

export interface NetworkModel {
  readonly name: string;
  readonly interval: Interval;
  /** The last address of an IPv4 network in CIDR notation is its broadcast address. */
  readonly hasBroadcast: boolean;
  readonly roles: readonly string[];
  readonly os: string | null;
  readonly settings: Settings;
}

/** One end of a rule of one's own. An area is an address, a CIDR or the extent of a network. */
export type Selector =
  | { readonly kind: 'any' }
  | { readonly kind: 'internet' }
  | { readonly kind: 'role'; readonly role: string }
  | { readonly kind: 'host'; readonly name: string }
  | { readonly kind: 'area'; readonly area: number };

/** An expectation or a prohibition of the site's own. */
export interface SiteRule {
  readonly id: string;
  /** Any one of them. */
  readonly from: readonly Selector[];
  readonly to: readonly Selector[];
  /** The ends as written, for messages. */
  readonly fromText: string;
  readonly toText: string;
  readonly transport: 'tcp' | 'udp' | 'icmp';
  /** Empty: every port. */
  readonly ports: readonly PortRange[];
  readonly need: 'required' | 'optional';
  readonly reason: string | null;
}

/** Findings that are known and accepted. Every criterion that is given must hold; an empty list holds for all. */
export interface SiteException {
  readonly id: string;
  readonly kinds: readonly string[];
  readonly rules: readonly string[];
  /** Null: any end, findings without one included. */
  readonly from: readonly Selector[] | null;
  readonly to: readonly Selector[] | null;
  readonly fromText: string | null;
  readonly toText: string | null;
  readonly transport: 'tcp' | 'udp' | 'icmp' | null;
  readonly ports: readonly PortRange[];
  readonly fingerprints: readonly string[];
  readonly reason: string;
  readonly owner: string;
  readonly ticket: string | null;
  /** The last day on which it holds (ISO 8601), or null. */
  readonly expires: string | null;
}

/** A place in the topology file, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where the file states what: keys are `host:<name>`, `network:<name>`, `exception:<id>`, and ids of rules of its own. */
export type Places = ReadonlyMap<string, Place>;

/** off, or the date or version that was asked for; null is the newest. */
export type CatalogChoice =
  | { readonly on: false }
  | { readonly on: true; readonly date: string | null; readonly version: string | null };

/** What a site says of the internet. */
export interface InternetModel {
  /** Features that are in use; null: nobody says, so any may be. */
  readonly features: readonly string[] | null;
  readonly cloud: 'public' | 'usgov' | null;
  /** What stands for `<name>` and `<prefix>`, in lower case; empty: any label does. */
  readonly names: readonly string[];
  readonly allow: readonly Allowed[];
}

export interface SiteModel {
  readonly path: string;
  readonly name: string | null;
  readonly catalogs: Readonly<Record<CatalogName, CatalogChoice>>;
  readonly settings: Settings;
  /** Name of the host that is the proxy, and its port. */
  readonly proxy: { readonly host: string; readonly port: number } | null;
  readonly internet: InternetModel;
  readonly siteInitiatedOnly: readonly string[];
  readonly hosts: readonly HostModel[];
  readonly networks: readonly NetworkModel[];
  readonly areas: readonly Interval[];
  readonly expect: readonly SiteRule[];
  readonly forbid: readonly SiteRule[];
  readonly exceptions: readonly SiteException[];
  readonly places: Places;
}
