/** What the UUIDs of RPC interfaces stand for. */
import table from './data/rpc-interfaces.yaml';

interface TableFile {
  groups: Record<string, { text: string; rules: string[] }>;
  interfaces: { uuid: string; name: string; text: string; document?: string; group: string }[];
}

export interface RpcInterface {
  /** Lower case. */
  readonly uuid: string;
  /** As the document spells it. */
  readonly name: string;
  /** What an administrator calls it. */
  readonly text: string;
  /** Short name of the document, as `MS-DRSR`; null where there is none. */
  readonly document: string | null;
  readonly group: RpcGroup;
}

/** What interfaces are used for. */
export interface RpcGroup {
  readonly id: string;
  readonly text: string;
  /** Ids of the rules whose dynamic port is this use, the closest first. */
  readonly rules: readonly string[];
}

const { groups, interfaces } = table as TableFile;

export const RPC_GROUPS: readonly RpcGroup[] = Object.entries(groups).map(([id, group]) => ({ id, ...group }));

const groupById = new Map(RPC_GROUPS.map((group) => [group.id, group]));

export const RPC_INTERFACES: readonly RpcInterface[] = interfaces.map((row) => {
  const group = groupById.get(row.group);
  if (group === undefined) throw new Error(`${row.name}: unknown group ${row.group}`);
  return { ...row, document: row.document ?? null, group };
});

const byUuid = new Map(RPC_INTERFACES.map((known) => [known.uuid, known]));

/** @param uuid in lower case */
export function rpcInterface(uuid: string): RpcInterface | null {
  return byUuid.get(uuid) ?? null;
}

/** "directory replication (drsuapi)", or the UUID of one that nobody knows. */
export function rpcInterfaceText(uuid: string): string {
  const known = rpcInterface(uuid);
  if (known === null) return `interface ${uuid}`;
  const { text, name } = known;
  return text.endsWith(')') ? `${text.slice(0, -1)}, ${name})` : `${text} (${name})`;
}
