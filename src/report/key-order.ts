/** One order of keys for everything that is published, however the objects came to be. */
import type { Report } from '../assess/types.ts';
import { OUTCOMES } from './labels.ts';
import {
  captureSchema,
  connectionsSchema,
  coverageSchema,
  dropSchema,
  endpointSchema,
  exceptedSchema,
  exceptionSchema,
  findingSchema,
  firewallLogSchema,
  icmpSchema,
  matrixConversationSchema,
  matrixRowSchema,
  nameCoverageSchema,
  pairSchema,
  pxeClientSchema,
  pxeStepSchema,
  reportSchema,
  rpcConnectionSchema,
  rpcInterfaceSchema,
  ruleSchema,
  sourceSchema,
  tftpTransferSchema,
  timelineBucketSchema,
  timelineSchema,
  undecidedSchema,
  unmatchedDropSchema,
} from './schema.ts';

/** How the values below each list or object of a report are put in order. */
type Ordering = (value: never) => unknown;

/** The value itself where it is in order: there may be fifty thousand rows. */
const shaped = (schema: { shape: object }, inner: Record<string, Ordering> = {}) => {
  const keys = Object.keys(schema.shape);
  return <T extends object | null>(value: T): T => {
    if (value === null) return value;
    const fields = value as Record<string, unknown>;
    if (isInOrder(fields, keys, inner)) return value;
    return Object.fromEntries(
      keys.filter((key) => key in fields).map((key) => [key, inner[key]?.(fields[key] as never) ?? fields[key]]),
    ) as T;
  };
};

/** Whether there are no other keys, they follow each other as in `keys`, and the values below are in order. */
function isInOrder(fields: Record<string, unknown>, keys: readonly string[], inner: Record<string, Ordering>): boolean {
  let at = 0;
  for (const key in fields) {
    while (at < keys.length && keys[at] !== key) at++;
    if (at++ === keys.length) return false;
    if (inner[key] !== undefined && inner[key](fields[key] as never) !== fields[key]) return false;
  }
  return true;
}

const each =
  <T>(order: (item: T) => T) =>
  (items: T[]): T[] =>
    items.every((item) => order(item) === item) ? items : items.map(order);

const source = shaped(sourceSchema);

const byName = <T>(fields: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)));

/** Steps of a boot in the order of their time. */
const byTime = (times: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(byName(times)).sort(([, one], [, other]) => one - other));

const byNameOrNull = <T>(fields: Record<string, T> | null): Record<string, T> | null => fields && byName(fields);

const byOutcome = shaped({ shape: Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) });

const drop = shaped(dropSchema);
const icmp = shaped(icmpSchema);

export const orderedFinding = shaped(findingSchema, { source, drop, icmp });
export const orderedExcepted = shaped(exceptedSchema, { source, drop, icmp });
export const orderedException = shaped(exceptionSchema);

/** The report with its keys in the order of the schema. */
export const orderedReport: (report: Report) => Report = shaped(reportSchema, {
  tool: shaped(reportSchema.shape.tool),
  topology: shaped(reportSchema.shape.topology.unwrap()),
  captures: each(shaped(captureSchema)),
  firewall_logs: each(shaped(firewallLogSchema, { unmatched_known: each(shaped(unmatchedDropSchema)) })),
  coverage: shaped(coverageSchema, { not_judged: byName, names: shaped(nameCoverageSchema) }),
  connections: shaped(connectionsSchema),
  findings: each(orderedFinding),
  excepted: each(orderedExcepted),
  exceptions: each(orderedException),
  rules: each(shaped(ruleSchema, { source })),
  endpoints: each(shaped(endpointSchema)),
  matrix: each(
    shaped(matrixRowSchema, {
      source,
      outcomes: byOutcome,
      conversations: each(shaped(matrixConversationSchema, { outcomes: byOutcome })),
    }),
  ),
  timeline: shaped(timelineSchema, {
    buckets: each(shaped(timelineBucketSchema, { outcomes: byOutcome, failed_later: byOutcome })),
  }),
  undecided: each(shaped(undecidedSchema)),
  pairs: each(shaped(pairSchema)),
  pxe_clients: each(shaped(pxeClientSchema, { times: byTime, steps: each(shaped(pxeStepSchema)) })),
  tftp_transfers: each(
    shaped(tftpTransferSchema, {
      options: byName,
      accepted_options: byNameOrNull,
      error: shaped(tftpTransferSchema.shape.error.unwrap()),
    }),
  ),
  rpc_connections: each(
    shaped(rpcConnectionSchema, { interfaces: each(shaped(rpcInterfaceSchema)), outcomes: byOutcome }),
  ),
});
