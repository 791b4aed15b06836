/** The published shape of the report: docs/schema/report.schema.json is made from it, and its order is the order of the keys in the JSON. */
import * as z from 'zod';
import { OUTCOME_NAMES, type Report, SEVERITIES } from '../assess/types.ts';

const amount = z.int().min(0);
const port = z.int().min(0).max(65535);
const time = z.string().describe('ISO 8601, UTC, nanoseconds where the capture has them');

export const outcomeSchema = z.enum(OUTCOME_NAMES).describe('What became of a connection');

export const sourceSchema = z
  .object({
    document: z.string().describe("Title of the document, or the topology file for expectations of one's own"),
    date: z.string().nullable().describe('Date of that document'),
    section: z.string().describe('Heading or table within it'),
  })
  .meta({ id: 'Source', description: 'Where a rule or expectation comes from' });

const likelyAmount = amount.describe('Of those that are blocked, the ones that are likely and not proven');

const networkSchema = z
  .string()
  .optional()
  .describe('The VLAN or tunnel that it is about, where its two ends are judged apart in several; left out elsewhere');

export const lossSchema = z
  .object({
    from: time,
    to: time.describe('The last second that belongs to it'),
    kernel: amount.describe('Packets that the kernel let go: its buffer was full'),
    interface: amount.describe('Packets that the interface or its driver let go'),
    analysis: amount.describe('Packets that were captured and not analyzed: pcapcheck was behind'),
    blind: z.enum(['down', 'gone', 'overwritten']).nullable().describe('Why nothing at all could be seen'),
  })
  .meta({ id: 'Loss' });

export const captureSchema = z
  .object({
    path: z.string(),
    format: z.string(),
    bytes: amount.nullable().describe('Size of the file as stored; null for a pipe'),
    frames: amount,
    first: time.nullable(),
    last: time.nullable(),
    sha256: z.string().nullable().describe('Hexadecimal; null where it was not asked for'),
    problems: z.array(z.string()).describe('Sentences about what was broken, cut short or lost'),
    losses: z.array(lossSchema).optional().describe('Of a live capture: when packets were lost, and by whom'),
  })
  .meta({ id: 'Capture' });

export const unmatchedDropSchema = z
  .object({
    src_ip: z.string(),
    src_name: z.string().nullable(),
    src_roles: z.array(z.string()),
    dest_ip: z.string(),
    dest_name: z.string().nullable(),
    dest_roles: z.array(z.string()),
    proto: z.enum(['tcp', 'udp']),
    dest_port: port,
    rows: amount,
    line: z.int().min(1).describe('The first line of the log that says so'),
    first_ts: time,
    last_ts: time,
  })
  .meta({
    id: 'UnmatchedDrop',
    description: 'Packets that a log says were dropped, and that the captures do not hold',
  });

export const firewallLogSchema = z
  .object({
    path: z.string(),
    time_zone: z.string().describe('How its local times were read'),
    first: time.nullable(),
    last: time.nullable(),
    rows: amount,
    drops: amount.describe('Rows that say that a TCP or UDP packet was dropped'),
    joined: amount.describe('Of these, rows about packets of connections in the captures'),
    connections: amount.describe('These connections'),
    outside: amount.describe('Rows from before or after the captures'),
    unmatched: amount.describe('Rows about packets that the captures do not hold'),
    unmatched_known: z.array(unmatchedDropSchema).describe('Of these, between hosts that both have roles; at most 100'),
    unmatched_known_more: amount,
    problems: z.array(z.string()),
  })
  .meta({ id: 'FirewallLog', description: 'A log of the Windows firewall, read beside the captures' });

export const nameCoverageSchema = z
  .object({
    dns_messages: amount.describe('Messages of DNS, LLMNR, mDNS and NetBIOS names that were read'),
    malformed_dns: amount.describe('Those that break their own rules or are cut'),
    malformed_openings: amount.describe('TLS hellos and HTTP requests that break their own rules'),
    unfinished_openings: amount.describe('TLS hellos and HTTP requests of which the capture holds only the beginning'),
    quic_connections: amount.describe('Connections in QUIC, whose server names are not read'),
    not_kept: amount.describe('Names, lookups, answers and uses of names beyond what is kept of a capture'),
    set_aside: amount.describe('Uses of names by connections that --max-memory set aside'),
  })
  .meta({ id: 'NameCoverage', description: 'What was read of names, and what was lost of them' });

export const coverageSchema = z
  .object({
    frames: amount,
    judged: amount,
    not_judged: z.record(z.string(), amount).describe('Frames by reason; with judged they add up to frames'),
    overlapping_fragments: amount.describe('IP fragments that overlap others of their datagram'),
    malformed_messages: amount.describe(
      'DHCP, TFTP and RPC messages that break their own rules; what is whole in them is read',
    ),
    messages_not_kept: amount.describe('DHCP, TFTP and RPC messages beyond what is kept of a capture'),
    names: nameCoverageSchema,
  })
  .describe('Every frame is judged or counted under the reason why not');

export const connectionsSchema = z.object({
  total: amount,
  expected: amount,
  blocked: amount,
  blocked_likely: likelyAmount,
  unexpected: amount,
  forbidden: amount.describe('Of those that are unexpected, the ones that the topology forbids'),
  unknown_endpoint: amount.describe(
    'Of those that are unexpected, the ones with an end that the topology does not list',
  ),
  undecided: amount,
  not_judged: amount,
  not_kept: amount.describe('Of conversations for which --max-memory left no room: nothing is said of them'),
  cut_short: amount.describe(
    'No longer followed before they ended, for want of memory; what they did later counts as another connection',
  ),
});

export const dropSchema = z
  .object({
    by: z.enum(['capture', 'firewall-log']),
    cause: z
      .enum(['filter', 'no-listener', 'other', 'untold', 'ordinary'])
      .describe('filter: its firewall or a policy forbids it; no-listener: nothing listens on the port'),
    reason: z.int().nullable().describe('PKTMON_DROP_REASON; null where none is told'),
    name: z.string().nullable().describe('The name of that reason'),
    because: z.string().describe('The reason in plain words'),
    packets_of: z.enum(['client', 'server']).describe('Whose packets these were'),
    direction: z.enum(['in', 'out']).nullable().describe('Seen from the host that dropped'),
    packets: amount.describe('Packets that were dropped for this cause'),
    component: z.string().nullable().describe('Component of the network stack'),
    location: amount.nullable().describe('Place in its code'),
    frame: z.int().min(1).nullable().describe('The first of these packets'),
    capture: z.string().nullable(),
    log: z.string().nullable().describe('Path of the firewall log'),
    line: z.int().min(1).nullable().describe('Line of it'),
  })
  .meta({ id: 'Drop', description: 'What a host says of packets that it dropped itself' });

export const icmpSchema = z
  .object({
    version: z.union([z.literal(4), z.literal(6)]),
    type: z.int().min(0).max(255),
    code: z.int().min(0).max(255),
    sender: z.string().describe('Address of the router, firewall or host that sent it'),
    packets_of: z
      .literal('server')
      .optional()
      .describe('It is about packets of the server, the answers; left out where it is about those of the client'),
  })
  .meta({ id: 'Icmp', description: 'An ICMP error that decided what became of a connection' });

export const findingSchema = z
  .object({
    kind: z.string().describe('Stable id; the name of a page in docs/findings'),
    severity: z.enum(SEVERITIES),
    certainty: z
      .enum(['proven', 'likely'])
      .describe('proven: the capture shows it; likely: it shows the symptom, and another cause is possible'),
    message: z.string(),
    rule: z.array(z.string()).describe('Rule ids; the first is the one the message speaks of'),
    src_ip: z.string().nullable(),
    src_name: z.string().nullable(),
    src_roles: z.array(z.string()),
    dest_ip: z.string().nullable(),
    dest_name: z.string().nullable(),
    dest_roles: z.array(z.string()),
    proto: z.enum(['tcp', 'udp', 'icmp']).nullable(),
    dest_port: port.nullable(),
    network: networkSchema,
    outcome: outcomeSchema.nullable(),
    icmp: icmpSchema.optional().describe('The ICMP error that decided the outcome; left out where none did'),
    count: amount.describe('Connections behind the finding'),
    attempts: amount.describe('SYNs or requests within them, duplicates of a mirror not counted'),
    frames: z.array(z.int().min(1)).describe('The first few frame numbers, as Wireshark numbers them'),
    capture: z.string().nullable().describe('Path of the capture whose frames these are'),
    first_ts: time.nullable(),
    last_ts: time.nullable(),
    display_filter: z.string().nullable().describe('For Wireshark'),
    remedy: z.string(),
    source: sourceSchema.nullable(),
    subject: z
      .string()
      .nullable()
      .describe('What it is about where rule, ends and port do not say it: a machine that boots, a group of servers'),
    fingerprint: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .describe('Identity of the finding (kind, rule, ends and port, or subject), the same in every capture'),
    topology_line: z
      .int()
      .min(1)
      .nullable()
      .describe('Line of the topology that states what is expected: a rule of its own, or the entry with the role'),
    drop: dropSchema.nullable(),
    service: z
      .string()
      .nullable()
      .describe(
        'What the first bytes on the port show: tls, http, smb, ldap, kerberos, tds, rpc, rdp, dns, ssh, quic, winrm, net-tcp',
      ),
    names: z
      .array(z.string())
      .describe('Names for which the client talked to this address on the internet, or asked it as a proxy; at most 8'),
  })
  .meta({ id: 'Finding' });

export const exceptedSchema = findingSchema
  .extend({ exception: z.string().describe('Id of the exception') })
  .meta({ id: 'ExceptedFinding', description: 'A finding that an exception of the topology covers' });

export const exceptionSchema = z
  .object({
    id: z.string(),
    state: z.enum(['used', 'unused', 'expired']),
    kind: z.array(z.string()).describe('Kinds of findings; empty for any'),
    rule: z.array(z.string()),
    from: z.string().nullable().describe('As the topology writes it; null for any end'),
    to: z.string().nullable(),
    proto: z.string().nullable(),
    ports: z.array(z.string()),
    fingerprint: z.array(z.string()),
    reason: z.string(),
    owner: z.string(),
    ticket: z.string().nullable(),
    expires: z.string().nullable().describe('The last day on which it holds'),
    findings: amount.describe('Findings that it covers; of an expired one, those that are told again'),
    topology_line: z.int().min(1).nullable(),
  })
  .meta({ id: 'Exception', description: 'An exception of the topology, and what became of it' });

export const ruleSchema = z
  .object({
    id: z.string(),
    state: z.enum(['works', 'blocked', 'partly-blocked', 'undecided', 'not-seen', 'not-applicable']),
    reason: z.string().nullable().describe('Why, where the state alone does not say'),
    need: z.string(),
    from: z.string(),
    to: z.string(),
    proto: z.string(),
    ports: z.array(z.string()).describe('Ports and ranges as resolved with the settings of the topology'),
    works: amount,
    blocked: amount,
    blocked_likely: likelyAmount,
    undecided: amount,
    source: sourceSchema,
  })
  .meta({ id: 'Rule' });

export const endpointSchema = z
  .object({
    ip: z.string(),
    name: z.string().nullable(),
    roles: z.array(z.string()),
    known_by: z.string().describe('host, network, internet, unknown, multicast, broadcast, link-local'),
    connections_as_client: amount,
    connections_as_server: amount,
  })
  .meta({ id: 'Endpoint' });

export const matrixConversationSchema = z
  .object({
    src_ip: z.string().nullable().describe('Null where the end stands for all addresses of a network'),
    src_name: z.string().nullable(),
    dest_ip: z.string().nullable(),
    dest_name: z.string().nullable(),
    network: networkSchema,
    state: z.enum(['works', 'mixed', 'blocked', 'undecided']),
    certainty: z.enum(['proven', 'likely']).optional().describe('Of a blocked one; left out elsewhere'),
    reason: z.string().nullable().describe('Why nothing can be said, where the state is undecided or mixed'),
    connections: amount,
    outcomes: z.partialRecord(outcomeSchema, amount).describe('Connections by outcome; only outcomes that occurred'),
    frames: z.array(z.int().min(1)).describe('The first few frame numbers, as Wireshark numbers them'),
    capture: z.string().nullable().describe('Path of the capture whose frames these are'),
    first_ts: time,
    last_ts: time,
    display_filter: z.string().nullable().describe('For Wireshark'),
  })
  .meta({ id: 'MatrixConversation', description: 'All connections of one client to one port of one server' });

export const timelineBucketSchema = z
  .object({
    index: amount.describe('It begins index * bucket_seconds after first_ts'),
    outcomes: z
      .partialRecord(outcomeSchema, amount)
      .describe('Connections that began in it, by what became of them in the end; only outcomes that occurred'),
    failed_later: z
      .partialRecord(outcomeSchema, amount)
      .optional()
      .describe(
        'Of these, the ones that failed all the same: opened and then stalled or reset, answered and never acknowledged (TFTP); left out where none did',
      ),
    attempts: amount.describe('SYNs and requests of these connections'),
  })
  .meta({ id: 'TimelineBucket' });

export const timelineSchema = z
  .object({
    first_ts: time.describe('Begin of the first span'),
    bucket_seconds: z.number(),
    bucket_count: amount.describe('Spans from the first frame to the end of the capture'),
    buckets: z.array(timelineBucketSchema).describe('Spans without connections are left out'),
  })
  .meta({ id: 'Timeline', description: 'When connections began, and what became of them' });

export const matrixRowSchema = z
  .object({
    src_role: z.string(),
    dest_role: z.string(),
    proto: z.string(),
    dest_port: port,
    verdict: z.enum(['expected', 'unexpected', 'forbidden', 'not-judged']),
    rules: z.array(z.string()),
    source: sourceSchema.nullable(),
    outcomes: z.partialRecord(outcomeSchema, amount).describe('Connections by outcome; only outcomes that occurred'),
    symptoms: amount.describe(
      'Connections among them that opened and then stalled, or were reset by the server after the first request, before any answer',
    ),
    connections: amount,
    blocked: amount.describe('Connections of expected conversations that are blocked'),
    blocked_likely: likelyAmount,
    undecided: amount.describe('Connections of expected conversations that nobody can decide'),
    bytes: amount,
    first_ts: time,
    last_ts: time,
    conversation_count: amount.describe('Conversations behind the row'),
    conversations: z
      .array(matrixConversationSchema)
      .describe('The first few of them: what is blocked first, what simply works last'),
  })
  .meta({ id: 'MatrixRow', description: 'What one role asked of another at one port' });

export const undecidedSchema = z
  .object({ reason: z.string(), count: amount, examples: z.array(z.string()) })
  .meta({ id: 'Undecided', description: 'Something that the capture could not show' });

export const pairSchema = z
  .object({
    src: z.string().describe('Name of a host of the topology in lower case, else the address'),
    dest: z.string(),
    proto: z.enum(['tcp', 'udp']),
    dest_port: port,
    network: networkSchema,
    state: z.enum(['works', 'mixed', 'blocked', 'undecided']),
  })
  .meta({ id: 'Pair', description: 'What became of all that one end asked of another on one port' });

export const pxeStepSchema = z
  .object({
    ts: time,
    since: z.number().describe("Seconds since the boot's first message"),
    frame: z.int().min(1),
    capture: z.string(),
    src_ip: z.string(),
    src_port: port,
    dest_ip: z.string(),
    dest_port: port,
    message: z.string().describe('DISCOVER, OFFER, proxy OFFER, REQUEST, ACK, TFTP read, and so on'),
    result: z.string().describe('What it said, or what became of it'),
  })
  .meta({ id: 'PxeStep' });

export const pxeClientSchema = z
  .object({
    hardware_address: z.string().nullable(),
    uuid: z.string().nullable(),
    architecture: amount.nullable().describe('DHCP option 93'),
    architecture_name: z.string().nullable(),
    addresses: z.array(z.string()).describe('The latest last'),
    boots: amount.describe('Boots in the capture; times and steps reached are those of the last'),
    way: z.enum(['pxe', 'http']),
    reached: z
      .string()
      .describe(
        'discover, offer, request, address, boot-server-request, boot-file, tftp-request, tftp-data, loaded or windows-pe',
      ),
    times: z.record(z.string(), z.number()).describe("Seconds from the boot's first message to each step reached"),
    boot_files: z.array(z.string()),
    first_ts: time,
    last_ts: time,
    steps: z.array(pxeStepSchema),
  })
  .meta({ id: 'PxeClient', description: 'A machine that boots from the network' });

export const tftpTransferSchema = z
  .object({
    client_ip: z.string(),
    client_port: port,
    server_ip: z.string(),
    server_port: port.nullable().describe('The port that the server answered from'),
    request_frames: z.array(z.int().min(1)),
    capture: z.string(),
    write: z.boolean(),
    file: z.string(),
    mode: z.string(),
    options: z.record(z.string(), z.string()),
    accepted_options: z.record(z.string(), z.string()).nullable().describe("Options of the server's OACK"),
    bytes: amount,
    blocks: amount,
    retransmissions: amount,
    outcome: z.enum(['complete', 'refused', 'no-answer', 'not-acknowledged', 'stalled', 'aborted', 'undecided']),
    error: z.object({ code: amount, text: z.string(), by: z.enum(['server', 'client']) }).nullable(),
    first_ts: time,
    last_ts: time,
  })
  .meta({ id: 'TftpTransfer', description: 'A file asked for over TFTP, with all repeats of the request' });

export const rpcInterfaceSchema = z
  .object({
    uuid: z.string().nullable().describe('Null where DCOM handed out the port of a program'),
    name: z.string().nullable().describe('As its document spells it, such as drsuapi'),
    text: z.string(),
    told_by: z.enum(['endpoint-mapper', 'dcom']),
    told_to_client: z.boolean().describe('False where the capture shows the answer to another client only'),
    frame: z.int().min(1).describe('The frame with the answer'),
    capture: z.string().describe('Path of the capture that holds it'),
    ts: time,
  })
  .meta({ id: 'RpcInterface', description: 'What a server told of one of its RPC ports' });

export const rpcConnectionSchema = z
  .object({
    src_ip: z.string(),
    src_name: z.string().nullable(),
    dest_ip: z.string(),
    dest_name: z.string().nullable(),
    dest_port: port,
    interfaces: z.array(rpcInterfaceSchema),
    rules: z.array(z.string()).describe('Rules that let the two use RPC; those that speak of the interface first'),
    connections: amount,
    outcomes: z.partialRecord(outcomeSchema, amount).describe('Connections by outcome; only outcomes that occurred'),
    first_frame: z.int().min(1),
    capture: z.string().describe('Path of the capture that holds the first frame'),
    first_ts: time,
    last_ts: time,
  })
  .meta({ id: 'RpcConnection', description: 'Connections of one client to a port that RPC handed out' });

export const reportSchema = z
  .object({
    schema: z.literal('pcapcheck-report/1').describe('Changes when a field is removed or changes its meaning'),
    tool: z.object({ name: z.literal('pcapcheck'), version: z.string() }),
    topology: z
      .object({
        path: z.string(),
        name: z.string().nullable(),
        sha256: z.string().nullable().describe('Hexadecimal; null where it was not asked for'),
      })
      .nullable(),
    captures: z.array(captureSchema),
    firewall_logs: z.array(firewallLogSchema),
    coverage: coverageSchema,
    connections: connectionsSchema,
    findings: z.array(findingSchema),
    excepted: z.array(exceptedSchema).describe('Findings that an exception covers; they are not among findings'),
    exceptions: z.array(exceptionSchema),
    exceptions_date: z
      .string()
      .nullable()
      .describe('The day by which exceptions were judged; null where none has an expiry date'),
    rules: z.array(ruleSchema),
    endpoints: z.array(endpointSchema),
    matrix: z.array(matrixRowSchema),
    timeline: timelineSchema.nullable(),
    undecided: z.array(undecidedSchema),
    pairs: z.array(pairSchema).describe('Who asked whom, for comparisons'),
    pairs_left_out: amount.describe('Pairs beyond those that are listed'),
    pxe_clients: z.array(pxeClientSchema),
    tftp_transfers: z.array(tftpTransferSchema),
    rpc_connections: z.array(rpcConnectionSchema),
  })
  .meta({ title: 'pcapcheck report, version 1' }) satisfies z.ZodType<Report>;

/** The JSON Schema (draft 2020-12) for consumers: further fields may come within a version, so they are allowed. */
export const reportJsonSchema = (): object => z.toJSONSchema(reportSchema, { io: 'input' });
