/** Network boots and TFTP transfers as the report publishes them. */
import { NO_ADDRESS } from '../protocols/dhcp.ts';
import type { WdsOption } from '../protocols/wds-option.ts';
import { ARCHITECTURES, BOOT_STEPS, type Boot, type BootClient, type BootMessage } from '../stories/boot-story.ts';
import { compareMoments, type Moment, secondsFrom } from '../stories/moment.ts';
import type { Stories } from '../stories/stories.ts';
import { isSizeProbe, type TftpStory, transferPort } from '../stories/tftp-story.ts';
import type { FramePlace } from './context.ts';
import type { PxeClientReport, PxeStepReport, TftpTransferReport } from './types.ts';

/** What turns frames and times into what the reader knows. */
export interface Places {
  place(frame: number): FramePlace;
  time(seconds: number, nanoseconds: number): string;
}

/** Steps published of one client; a forged capture could hold millions. */
export const PXE_STEPS = 500;
/** Repeats of one request published. */
const REQUEST_FRAMES = 20;

export function pxeClients({ clients }: Stories, places: Places): PxeClientReport[] {
  return clients.map((client) => clientReport(client, places));
}

export function tftpTransfers({ transfers }: Stories, places: Places): TftpTransferReport[] {
  return transfers.map((story) => transferReport(story, places));
}

function clientReport(client: BootClient, places: Places): PxeClientReport {
  const { boots, hardwareAddress, uuid, architecture, addresses } = client;
  // Firmware that has loaded nothing goes on to HTTP boot: what PXE came to is what counts.
  const last = boots.filter(({ way }) => way === 'pxe').pop() ?? boots[boots.length - 1];
  const times: Record<string, number> = {};
  for (const step of BOOT_STEPS) {
    const moment = last.steps[step];
    if (moment !== undefined) times[step] = rounded(secondsFrom(last.first, moment));
  }
  return {
    hardware_address: hardwareAddress,
    uuid,
    architecture,
    architecture_name: architecture === null ? null : (ARCHITECTURES[architecture] ?? null),
    addresses,
    boots: boots.length,
    way: last.way,
    reached: last.reached,
    times,
    boot_files: [...new Set(last.messages.flatMap(bootFilesOf))],
    first_ts: places.time(boots[0].first.seconds, boots[0].first.nanoseconds),
    last_ts: places.time(last.last.seconds, last.last.nanoseconds),
    steps: boots.flatMap((boot) => stepsOf(boot, places)).slice(0, PXE_STEPS),
  };
}

function bootFilesOf({ v4, v6 }: BootMessage): string[] {
  const file = v4?.op === 2 ? v4.bootFile : (v6?.bootFileUrl ?? '');
  return file === '' ? [] : [file];
}

function stepsOf(boot: Boot, places: Places): PxeStepReport[] {
  const start = boot.first;
  const messages = boot.messages.map((message) => ({ at: message as Moment, step: messageStep(message) }));
  const transfers = boot.transfers.map((story) => ({ at: story.first, step: transferStep(story) }));
  return [...messages, ...transfers]
    .sort((a, b) => compareMoments(a.at, b.at))
    .map(({ at, step }) => {
      const { capture, frame } = places.place(at.frame);
      return {
        ts: places.time(at.seconds, at.nanoseconds),
        since: rounded(secondsFrom(start, at)),
        frame,
        capture,
        ...step,
      };
    });
}

type Step = Pick<PxeStepReport, 'src_ip' | 'src_port' | 'dest_ip' | 'dest_port' | 'message' | 'result'>;

function messageStep(message: BootMessage): Step {
  return {
    src_ip: message.fromText,
    src_port: message.from.port,
    dest_ip: message.toText,
    dest_port: message.to.port,
    message: `${message.name}${message.relayed ? ' (relayed)' : ''}`,
    result: saidBy(message),
  };
}

/** What a message says that matters for the boot. */
function saidBy({ v4, v6 }: BootMessage): string {
  if (v6 !== null)
    return [...v6.addresses, v6.bootFileUrl === null ? null : `boot file ${v6.bootFileUrl}`].filter(Boolean).join(', ');
  const { op, yiaddr, siaddr, serverId, bootFile, vendorClass, requestedAddress, text, relay, wds } = v4!;
  const facts =
    op === 2
      ? [
          yiaddr === NO_ADDRESS ? null : `address ${yiaddr}`,
          serverId === null ? null : `server ${serverId}`,
          bootFile === '' ? null : `boot file ${bootFile}${siaddr === NO_ADDRESS ? '' : ` on ${siaddr}`}`,
          vendorClass,
          text,
          wdsText(wds),
        ]
      : [
          vendorClass,
          requestedAddress === null ? null : `wants ${requestedAddress}`,
          serverId === null ? null : `from ${serverId}`,
          relay?.circuitId ? `relay's port ${relay.circuitId}` : null,
          wdsText(wds),
        ];
  return facts.filter((fact) => fact !== null && fact !== '').join(', ');
}

/** What a WDS boot program is told to do. */
function wdsText(wds: WdsOption | null): string | null {
  if (wds === null) return null;
  const { nextAction, referralServer, requestId, message } = wds;
  const facts = [
    nextAction === 'approval' ? `WDS: wait for approval${requestId === null ? '' : ` (request ${requestId})`}` : null,
    nextAction === 'referral' ? `WDS: go to ${referralServer ?? 'another server'}` : null,
    nextAction === 'abort' ? 'WDS: end the boot' : null,
    message,
  ].filter((fact) => fact !== null && fact !== '');
  return facts.length === 0 ? 'WDS boot program' : facts.join(', ');
}

function transferStep(story: TftpStory): Step {
  const port = transferPort(story);
  const size = story.bytes > 0 ? `, ${story.bytes} bytes` : '';
  const failure =
    story.failure === null || isSizeProbe(story) ? '' : `, error ${story.failure.code} ${story.failure.text}`;
  const outcome = isSizeProbe(story) ? 'asked for the size only' : story.outcome;
  return {
    src_ip: story.clientText,
    src_port: story.client.port,
    dest_ip: story.serverText,
    dest_port: story.server.port,
    message: `TFTP ${story.write ? 'write' : 'read'} ${story.file}`,
    result: `${outcome}${failure}${size}${port === null ? '' : `, from port ${port}`}`,
  };
}

function transferReport(story: TftpStory, places: Places): TftpTransferReport {
  const requests = story.requests.map(({ frame }) => places.place(frame));
  const { capture } = requests[0];
  const { failure } = story;
  return {
    client_ip: story.clientText,
    client_port: story.client.port,
    server_ip: story.serverText,
    server_port: transferPort(story),
    request_frames: requests
      .filter((request) => request.capture === capture)
      .slice(0, REQUEST_FRAMES)
      .map(({ frame }) => frame),
    capture,
    write: story.write,
    file: story.file,
    mode: story.mode,
    options: story.options,
    accepted_options: story.accepted,
    bytes: story.bytes,
    blocks: story.blocks,
    retransmissions: story.retransmissions,
    outcome: story.outcome,
    error: failure === null ? null : { code: failure.code, text: failure.text, by: failure.by },
    first_ts: places.time(story.first.seconds, story.first.nanoseconds),
    last_ts: places.time(story.last.seconds, story.last.nanoseconds),
  };
}

/** To the microsecond. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
