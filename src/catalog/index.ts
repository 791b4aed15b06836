export type { RuleMatch } from './candidate.ts';
export { loadCatalog } from './load.ts';
export { nearest } from './nearest.ts';
export { DYNAMIC_SINCE_2008, formatPortRange, inRanges, parsePortRange } from './ports.ts';
export { dynamicRange, resolvePorts, transferPorts, wsusHttp, wsusHttps } from './resolve-ports.ts';
export { expandRoles, findRole, internetRoles, ROLES, type Role, resolveRole, roleName, suggestRole } from './roles.ts';
export {
  RPC_GROUPS,
  RPC_INTERFACES,
  type RpcGroup,
  type RpcInterface,
  rpcInterface,
  rpcInterfaceText,
} from './rpc-interfaces.ts';
export { compile, type RuleIndex, type RuleStatus } from './rule-index.ts';
export type {
  Catalog,
  CatalogName,
  Direction,
  Need,
  Note,
  PortRange,
  PortSpec,
  Relation,
  Rule,
  RuleVersion,
  Statement,
  Transport,
} from './types.ts';
export { CATALOG_NAMES } from './types.ts';
