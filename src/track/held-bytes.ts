import type { FrameAnalyzer } from './frame-analyzer.ts';
import { ANSWER_WIDTH, LOOKUP_WIDTH, VISIT_WIDTH } from './name-fields.ts';
import type { Messages } from './part.ts';
import { RECORD_INTS } from './record.ts';

const INT = 4;
/** An address with its place in a hash table. */
const ADDRESS_BYTES = 24;

/** About how many bytes an analyzer's part takes, so far. */
export function heldBytes({
  connections,
  addresses,
  icmpErrors,
  fragments,
  drops,
  payloads,
  names,
}: FrameAnalyzer): number {
  return (
    connections.count * RECORD_INTS * INT +
    (addresses.count + names.hosts.count) * ADDRESS_BYTES +
    [icmpErrors, fragments, drops].reduce((sum, log) => sum + rowBytes(log, log.width), 0) +
    payloads.used +
    names.openings.log.used +
    names.names.offsets[names.names.count] +
    rowBytes(names.lookups, LOOKUP_WIDTH) +
    rowBytes(names.answers, ANSWER_WIDTH) +
    rowBytes(names.firsts, VISIT_WIDTH) +
    rowBytes(names.visits, VISIT_WIDTH)
  );
}

function rowBytes({ count }: Pick<Messages, 'count'>, width: number): number {
  return count * width * INT;
}
