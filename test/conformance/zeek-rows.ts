import type { Ended, FlowRow, Outcome } from '../../src/assess/types.ts';
import type { Range, RecordedRow } from './match.ts';
import type { ZeekLog } from './recorded.ts';

/**
 * What each connection state of Zeek allows. A state alone says too little: S0 is a SYN without an answer, but also a whole
 * connection of which one side was captured. So the history goes with it, where S is the SYN, H the SYN-ACK, A an acknowledgement,
 * D data, F a FIN, R a reset, in capitals from the originator, and a leading ^ says that Zeek turned the connection round.
 */
const TCP_OUTCOMES: [RegExp, readonly Outcome[]][] = [
  // Attempt without an answer; without more than a SYN (T: sent again) of the originator. An ICMP error is another flow to Zeek.
  [/^S0 S[STCWQ]*$/, ['no-answer', 'undecided', 'prohibited', 'unreachable']],
  // The originator went on: the answers pass elsewhere.
  [/^S0 S[A-Z]+$/, ['one-sided']],
  // SYN, then FIN, and no SYN-ACK; the same without the SYN is the rest of a connection that Zeek let go.
  [/^SH S?[A-Z]+$/, ['one-sided']],
  // SYN-ACK of the responder, and the originator said nothing more.
  [/^S1 Sh[a-z]*$/, ['half-open', 'undecided']],
  // Established; open, half closed, closed, or reset by one side.
  [/^(S1|S2|S3|SF|RSTO|RSTR) (?=.*S)(?=.*h)(?=.*[ADF])/, ['established']],
  [/^(OTH|SF|S1|RSTO|RSTR) (?=.*h)(?=.*[ADF])/, ['established']],
  // Attempt that a reset answered.
  [/^REJ /, ['refused']],
  // SYN and reset of the originator.
  [/^RSTOS0 S/, ['no-answer', 'undecided', 'prohibited', 'unreachable']],
  // SYN-ACK and FIN or reset of the responder, no SYN.
  [/^(RSTRH|SHR) \^?h/, ['one-sided']],
  // Nothing but resets.
  [/^(OTH|RSTRH|RSTOS0) \^?[Rr]+$/, ['undecided']],
  // No handshake: packets of both sides, or of one.
  [/^(OTH|SH|SHR|S2|S3|SF|RSTO|RSTR) (?=.*[ADFR])(?=.*[adfr])/, ['midstream']],
  [/^(OTH|SH|SHR) \^?([A-Z]+|[a-z]+)$/, ['one-sided']],
];

const UDP_OUTCOMES: [RegExp, readonly Outcome[]][] = [
  [/^SF /, ['answered']],
  [/^S0 /, ['no-answer', 'undecided', 'one-way', 'prohibited', 'unreachable']],
  // Only packets of the side that Zeek takes for the responder.
  [/^SHR /, ['one-sided', 'one-way']],
];

/** How a connection ended, by what the history has first. */
const ENDINGS: [RegExp, readonly Ended[]][] = [
  [/^[^FfRr]*[Ff]/, ['fin']],
  [/^[^FfRr]*R/, ['reset-by-client']],
  [/^[^FfRr]*r/, ['reset-by-server']],
  [/^/, ['open', 'stalled']],
];

/** Bytes of the link layer, by the encapsulation that capinfos names; none are asked for of the others. */
const LINK_HEADERS: Record<string, number> = { ether: 14 };
/** Tags, labels and PPPoE before the IP header, or the padding to 60 bytes. */
const MOST_BEFORE_IP = 30;

/** The connections of a log. Rows of other protocols than TCP and UDP are no connections to us. */
export function rowsOfZeek({ log, rows }: ZeekLog, encapsulation: string): RecordedRow[] {
  const isProtocol = !log.startsWith('conn');
  const recorded = rows.filter((row) => isConnection(row)).map((row) => rowOfZeek(row, encapsulation));
  // The log of a protocol has a row for each exchange.
  return isProtocol ? [...new Map(recorded.map((row) => [row.text, row])).values()] : recorded;
}

/** Our connections that the capture filter of the run lets through. */
export function filtered(ours: readonly FlowRow[], filter: string | null): FlowRow[] {
  const [, proto, port] = /^(?:(tcp|udp) )?port (\d+)$/.exec(filter?.replaceAll("'", '') ?? '') ?? [];
  if (filter === null) return [...ours];
  if (port === undefined) throw new Error(`unknown filter: ${filter}`);
  return ours.filter(
    (row) => (proto === undefined || row.proto === proto) && [row.src_port, row.dest_port].includes(Number(port)),
  );
}

function isConnection({ proto, ...row }: Record<string, string>): boolean {
  return proto === undefined ? row['id.orig_h'] !== undefined || row.history !== undefined : /^(tcp|udp)$/.test(proto);
}

function rowOfZeek(row: Record<string, string>, encapsulation: string): RecordedRow {
  const { proto, conn_state: state, history = '' } = row;
  const port = (name: string): number | null => (row[name] === undefined ? null : Number(row[name]));
  const a = row['id.orig_h'] ?? null;
  const b = row['id.resp_h'] ?? null;
  const aPort = port('id.orig_p');
  const bPort = port('id.resp_p');
  const said = `${state ?? ''} ${history}`;
  return {
    proto: proto === 'tcp' || proto === 'udp' ? proto : null,
    a,
    aPort,
    b,
    bPort,
    packets: row.orig_pkts === undefined ? null : [Number(row.orig_pkts), Number(row.resp_pkts)],
    bytes:
      row.orig_ip_bytes === undefined
        ? null
        : [framesOf(row, 'orig', encapsulation), framesOf(row, 'resp', encapsulation)],
    aIsClient: a !== null,
    outcomes: outcomesOf(proto, state, history),
    ended: proto === 'tcp' && history !== '' ? ENDINGS.find(([pattern]) => pattern.test(history))![1] : null,
    syns: null,
    text: `${proto ?? ''} ${a}:${aPort} ${b}:${bPort} [${said}] ${row.orig_pkts ?? ''}/${row.resp_pkts ?? ''}`,
  };
}

function outcomesOf(proto: string | undefined, state: string | undefined, history: string): readonly Outcome[] | null {
  if (state === undefined) {
    // A partial log: the history alone still shows a handshake that was completed.
    return /^Sh.*[AD]/.test(history) ? ['established'] : null;
  }
  const table = proto === 'tcp' ? TCP_OUTCOMES : UDP_OUTCOMES;
  return table.find(([pattern]) => pattern.test(`${state} ${history}`))?.[1] ?? [];
}

/** Whole frames, where Zeek counts from the IP header on; in a tunnel, the headers of the outer layers come to it. */
function framesOf(row: Record<string, string>, side: 'orig' | 'resp', encapsulation: string): Range {
  const packets = Number(row[`${side}_pkts`]);
  const least = Number(row[`${side}_ip_bytes`]) + packets * (LINK_HEADERS[encapsulation] ?? 0);
  return {
    least,
    most: row.tunnel_parents === undefined ? least + packets * MOST_BEFORE_IP : Number.POSITIVE_INFINITY,
  };
}
