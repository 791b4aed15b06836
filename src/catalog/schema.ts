/**
 * The shape of the data files in data/. A file lists tables, a table lists rules; what all rules of a table share stands
 * at the table. Defaults are chosen so that most rules fit on one or two lines:
 * need `required`, direction `one-way`, relation from the ports, `configurable` where a `setting` is named.
 */

import type { CatalogName, Direction, Need, PortSpec, Relation, RuleChanges } from './types.ts';

export interface RuleRow {
  id: string;
  /** One of the three names the transport; `icmp: true`. */
  tcp?: PortSpec | PortSpec[];
  udp?: PortSpec | PortSpec[];
  icmp?: true;
  relation?: Relation;
  service: string;
  /** What the traffic is for; a host may stand for it. */
  text?: string;
  from?: string | string[];
  to?: string;
  direction?: Direction;
  need?: Need;
  condition?: string;
  phase?: string;
  os?: 'before-2008' | 'since-2008';
  applies_to?: string[];
  setting?: string;
  configurable?: boolean;
  alternatives?: string;
  fallback?: string[];
  needs?: string[];
  notes?: number[];
  since?: string;
  until?: string;
  ended?: string;
  versions?: string[];
  /** By version: what that version says differently. */
  at?: Record<string, RuleChanges>;
  host?: string;
  path?: string;
  cloud?: 'public' | 'usgov';
  remark?: string;
}

export interface TableRow {
  section: string;
  document?: string;
  date?: string;
  from: string | string[];
  to: string;
  direction?: Direction;
  need?: Need;
  condition?: string;
  notes?: number[];
  cloud?: 'public' | 'usgov';
  since?: string;
  until?: string;
  ended?: string;
  versions?: string[];
  remark?: string;
  /** The feature that the table belongs to (FEATURES of features.ts); left out: it is always in use. */
  feature?: string;
  rules: RuleRow[];
}

export interface FileRow {
  catalog: CatalogName;
  document: string;
  date?: string;
  need?: Need;
  versions?: Record<string, { date: string; recovered?: boolean; page?: string }>;
  tables: TableRow[];
  statements?: StatementRow[];
}

export interface StatementRow {
  id: string;
  document?: string;
  date?: string;
  section: string;
  text: string;
  versions?: string[];
}

export interface NotesFile {
  notes: Record<string, { title: string; text: string }>;
}
