/** What a firewall has to let through. */
import type { Outcome, Source } from '../assess/types.ts';
import type { Need, PortRange, Relation, Transport } from '../catalog/types.ts';
import type { Interval } from '../site/addresses.ts';

/** One end of an opening, as the topology states it. */
export interface End {
  /** any: everything. internet: every public address. dns-name: known by its name only, no address can be written. */
  kind: 'host' | 'network' | 'address' | 'internet' | 'any' | 'dns-name';
  /** Name in the topology or the DNS; null for a single address, the internet and any. */
  name: string | null;
  /** Addresses of hosts, networks and single addresses; else empty. */
  intervals: readonly Interval[];
  /** A Windows computer, as far as the topology says: it has a firewall of its own that PowerShell can set. */
  isWindows: boolean;
}

/** Ends that are opened alike. */
export interface Side {
  /** The role that they play, or the words of the topology's own rule. */
  label: string;
  ends: readonly End[];
}

/** One line of a change request. Every end of `from` to every end of `to`: never more than the rule allows. */
export interface Opening {
  /** Letters, digits, dots and hyphens; the same for the same line in every run. */
  id: string;
  /** Id of the rule that asks for it. */
  rule: string;
  /** Other rules that ask for the very same. */
  otherRules: readonly string[];
  from: Side;
  to: Side;
  proto: Transport;
  /** Ports of `to`; empty for ICMP. */
  ports: readonly PortRange[];
  /** Which of several ports are needed. */
  relation: Relation;
  /** Ports of `from`, where the rule says them; null for any. */
  sourcePorts: readonly PortRange[] | null;
  need: Need;
  /** What the port is for. */
  reason: string;
  source: Source;
  /** Time of the first attempt that failed; null without a capture. */
  firstSeen: string | null;
  /** Fingerprints of the findings behind it. */
  findings: readonly string[];
  /** How the attempts failed. */
  outcomes: readonly Outcome[];
  /** Sentences: what a helper or a fixed port would save, what a port rule does not mend. */
  notes: readonly string[];
}

/** A change request. */
export interface Openings {
  /** Name of the site, for headings and groups. */
  site: string;
  /** What it was made from: captures, or the whole topology. */
  basis: string;
  openings: readonly Opening[];
  /** What opens and then fails, in the same shape: the port is open already, and its notes say where to look. */
  failsLater: readonly Opening[];
  /** What no port rule mends, or nobody can write as one, each in a sentence. */
  leftOut: readonly string[];
}
