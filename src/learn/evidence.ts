/** The table of what speaks for a role: data/role-evidence.yaml. */
import { findRole, resolveRole } from '../catalog/roles.ts';
import data from './data/role-evidence.yaml';
import { SIGN_KINDS, type Side, type SignKind } from './signs.ts';

/** How sure a role is; `weak` gives none. */
export const CONFIDENCES = ['certain', 'likely', 'weak'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export interface Condition {
  side: Side;
  kind: SignKind;
  /** What the sign says; null: anything. */
  like: readonly RegExp[] | null;
  ports: ReadonlySet<string> | null;
  peers: number;
  of: readonly string[] | null;
}

export interface EvidenceRow {
  role: string;
  /** How the topology spells it. */
  spelling: string;
  confidence: Confidence;
  public: boolean;
  member: boolean;
  alone: boolean;
  all: readonly Condition[];
  any: readonly Condition[];
  least: number;
}

interface ConditionFile {
  server?: string;
  client?: string;
  like?: string[];
  ports?: string[];
  peers?: number;
  of?: string[];
}
interface RowFile {
  role: string;
  as?: string;
  confidence: string;
  public?: boolean;
  member?: boolean;
  alone?: boolean;
  all?: ConditionFile[];
  any?: ConditionFile[];
  least?: number;
}

export const EVIDENCE: readonly EvidenceRow[] = (data as { evidence: RowFile[] }).evidence.map((row) => {
  const { role, confidence } = row;
  const spelling = row.as ?? role;
  if (findRole(role) === undefined || resolveRole(spelling) !== role) throw new Error(`no role is spelled ${spelling}`);
  if (!isConfidence(confidence)) throw new Error(`${role}: unknown confidence ${confidence}`);
  const any = (row.any ?? []).map(conditionOf);
  return {
    role,
    spelling,
    confidence,
    public: row.public ?? false,
    member: row.member ?? false,
    alone: row.alone ?? false,
    all: (row.all ?? []).map(conditionOf),
    any,
    least: row.least ?? (any.length > 0 ? 1 : 0),
  };
});

function conditionOf({ server, client, like, ports, peers, of }: ConditionFile): Condition {
  const kind = server ?? client;
  if (kind === undefined || !isSignKind(kind)) throw new Error(`unknown kind of sign ${kind}`);
  for (const role of of ?? []) if (findRole(role) === undefined) throw new Error(`unknown role ${role}`);
  return {
    side: server === undefined ? 'client' : 'server',
    kind,
    like: like?.map(globPattern) ?? null,
    ports: ports === undefined ? null : new Set(ports),
    peers: peers ?? 0,
    of: of ?? null,
  };
}

/** `*` stands for anything; the patterns are ours, and have few of them. */
function globPattern(glob: string): RegExp {
  const literal = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}

function isConfidence(text: string): text is Confidence {
  return (CONFIDENCES as readonly string[]).includes(text);
}

function isSignKind(text: string): text is SignKind {
  return (SIGN_KINDS as readonly string[]).includes(text);
}
