/** The words of the catalog. Everything here is immutable once `loadCatalog` has made it. */

import type { Source } from '../assess/types.ts';

export const CATALOG_NAMES = ['configmgr', 'hybrid-identity', 'windows-server', 'internet-endpoints'] as const;
export type CatalogName = (typeof CATALOG_NAMES)[number];

export type Transport = 'tcp' | 'udp' | 'icmp';
/** one-way: `from` starts. both: either end may start. */
export type Direction = 'one-way' | 'both';
/** single: one port. any: one of several is enough. all: each is needed. range, dynamic: one port within. none: ICMP. */
export type Relation = 'single' | 'any' | 'all' | 'range' | 'dynamic' | 'none';
/**
 * required: must work wherever both roles exist. conditional: must work where `condition` holds. optional: allowed.
 * nominal: printed in a table, no such traffic is to be expected. historic: of a role or feature that is gone.
 */
export type Need = 'required' | 'conditional' | 'optional' | 'nominal' | 'historic';

/** A port, a range "63000-64000", or "dynamic". */
export type PortSpec = number | string;

/** Ports first..last, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Traffic with a host on the internet, known by its name. */
export interface EndpointName {
  /** `login.microsoftonline.com`, `*.update.microsoft.com`, `<prefix>.vault.azure.net`. */
  readonly host: string;
  /** Path that the page prints; TLS hides it. */
  readonly path: string | null;
  /** Which Azure cloud the host belongs to. */
  readonly cloud: 'any' | 'public' | 'usgov';
}

/** One version of a document in which a rule stands. */
export interface RuleVersion {
  readonly version: string;
  readonly source: Source;
  /** True where the tables were read from the repository of the page, not from the page itself. */
  readonly recovered: boolean;
  /** Where they were read from, if recovered. */
  readonly page: string | null;
  /** What this version says differently. */
  readonly changes: RuleChanges;
}

export interface RuleChanges {
  readonly need?: Need;
  readonly condition?: string;
  readonly text?: string;
  readonly fallback?: readonly string[];
}

export interface Rule {
  readonly id: string;
  /** `site` for the expectations and prohibitions of the topology itself. */
  readonly catalog: CatalogName | 'site';
  /** Roles of the side that starts; any one of them. */
  readonly from: readonly string[];
  readonly to: string;
  readonly direction: Direction;
  readonly transport: Transport;
  /** As documented; see `resolvePorts` for what a site makes of them. */
  readonly ports: readonly PortSpec[];
  readonly relation: Relation;
  readonly service: string;
  readonly description: string;
  readonly need: Need;
  readonly condition: string | null;
  /** installation, registration, migration, …: a phase outside of daily work; null for daily work. */
  readonly phase: string | null;
  /** The rule speaks of servers with these dynamic ports only. */
  readonly os: 'before-2008' | 'since-2008' | null;
  /** The end named `site-system` must have one of these roles; empty: any. */
  readonly appliesTo: readonly string[];
  /** Notes 1..6 of the port page. */
  readonly notes: readonly number[];
  /** The document says that the port can be changed. */
  readonly configurable: boolean;
  /** Setting of the topology that replaces the port. */
  readonly setting: string | null;
  /** Rules of one group stand in for one another: one that works is enough. */
  readonly alternatives: string | null;
  /** Rules that are used when this one fails. */
  readonly fallback: readonly string[];
  /** Rules that must work besides this one (WSUS over HTTPS needs HTTP). */
  readonly needs: readonly string[];
  /** ISO date from which the documentation has the rule; null: from the first page on. */
  readonly since: string | null;
  /** ISO date from which it is history, and why. */
  readonly until: string | null;
  readonly ended: string | null;
  /** Versions of the document that hold the rule; empty where the catalog goes by date. */
  readonly versions: readonly RuleVersion[];
  /** Some version of it was recovered. */
  readonly recovered: boolean;
  readonly endpoint: EndpointName | null;
  /** Feature of Configuration Manager that needs it (features.ts); null: none, or the catalog does not say. */
  readonly feature: string | null;
  readonly remark: string | null;
  readonly source: Source;
}

/** A fact of a document that is no port rule. */
export interface Statement {
  readonly id: string;
  readonly catalog: CatalogName;
  readonly text: string;
  readonly versions: readonly string[];
  readonly source: Source;
}

export interface Note {
  readonly number: number;
  readonly title: string;
  readonly text: string;
}

export interface Catalog {
  readonly rules: readonly Rule[];
  readonly byId: ReadonlyMap<string, Rule>;
  readonly statements: readonly Statement[];
  readonly notes: ReadonlyMap<number, Note>;
  /** Versions by catalog, oldest first; only catalogs that go by version. */
  readonly versions: ReadonlyMap<CatalogName, readonly string[]>;
}
