import type { FlowRow } from '../assess/types.ts';
import { connectionNames } from '../names/connection-names.ts';
import { nameBookOf } from '../names/name-book.ts';
import { SERVICES } from '../protocols/first-bytes.ts';
import { type ConnectionView, newConnectionView } from '../track/connection-view.ts';
import { type DropPlace, dropReport } from '../track/drop-report.ts';
import { timeText } from '../track/time-text.ts';
import type { Analysis, AnalyzedCapture } from './analyze.ts';

/** Which RPC interface a connection is for, and the frame that told its port, numbered over the series. */
export type RpcOfConnection = (connection: ConnectionView) => { interface: string; frame: number } | null;
/** Names told of one connection: an address that stands for more (a content network) tells little. */
const MOST_NAMES = 8;

/** The connections of an analysis as rows, in the order of their first frame. Each row is a new object. */
export function* flowRows(
  { observation, captures }: Analysis,
  rpcOf: RpcOfConnection = () => null,
): Generator<FlowRow> {
  const view = newConnectionView();
  const book = nameBookOf(observation);
  for (let number = 0; number < observation.count; number++) {
    if (!observation.has(number)) continue;
    observation.read(number, view);
    const capture = captureOfFrame(captures, view.firstFrame);
    const rpc = view.proto === 'tcp' ? rpcOf(view) : null;
    const fine = capture.summary.nanosecondTimes;
    const { names, by } = connectionNames(book, view, observation);
    yield {
      proto: view.proto,
      src_ip: observation.addressText(view.family, view.client),
      src_port: view.clientPort,
      dest_ip: observation.addressText(view.family, view.server),
      dest_port: view.serverPort,
      client_inferred: view.clientInferred,
      outcome: view.outcome,
      ended: view.ended,
      pkts_toserver: view.packetsToServer,
      pkts_toclient: view.packetsToClient,
      bytes_toserver: view.bytesToServer,
      bytes_toclient: view.bytesToClient,
      syns: view.proto === 'tcp' ? view.attempts : 0,
      first_frame: view.firstFrame - capture.framesBefore,
      first_ts: timeText(view.firstSeconds, view.firstNanoseconds, fine),
      last_ts: timeText(view.lastSeconds, view.lastNanoseconds, fine),
      icmp: view.icmp === null ? null : { version: view.icmp.version, type: view.icmp.type, code: view.icmp.code },
      vlan: view.vlan,
      capture: capture.path,
      drop:
        view.drop === null ? null : dropReport(view.drop, view.dropOfAnswers, (frame) => dropPlace(captures, frame)),
      rpc_interface: rpc === null ? null : rpc.interface,
      rpc_frame: rpc === null ? null : rpc.frame - captureOfFrame(captures, rpc.frame).framesBefore,
      service: SERVICES[view.service],
      names: names.slice(0, MOST_NAMES),
      named_by: by,
      tunnel: view.tunnel,
    };
  }
}

/** Where a frame numbered over the series is, for what is said of drops. */
export function dropPlace(captures: readonly AnalyzedCapture[], frame: number): DropPlace {
  const { path, framesBefore, summary } = captureOfFrame(captures, frame);
  return { capture: path, frame: frame - framesBefore, components: summary.components };
}

/** The capture that holds a frame numbered over the series. */
export function captureOfFrame(captures: readonly AnalyzedCapture[], frame: number): AnalyzedCapture {
  let low = 0;
  let high = captures.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (captures[middle].framesBefore < frame) low = middle;
    else high = middle - 1;
  }
  return captures[low];
}
