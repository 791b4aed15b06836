import { type Boot, type BootMessage, isDecline } from '../../stories/boot-story.ts';
import { compareMoments, later, type Moment, secondsFrom } from '../../stories/moment.ts';
import { bootFinding, machineText, vantageText } from '../boot-evidence.ts';
import {
  type BootServer,
  boot4011,
  bootServers,
  isDiscover,
  isRequest,
  lastWords,
  seesClient,
  seesUnicast,
  tries,
} from '../boot-facts.ts';
import type { Kind } from '../kind.ts';
import { counted } from '../wording.ts';

/** Seconds without a next step: BIOS iPXE is quiet for 16 s after its ACK, the longest pause of firmware between repeats is 32 s. */
const PATIENCE = 40;
const REPEAT_PATIENCE = 10;
/** Requests of a boot program, over REPEAT_PATIENCE, that say it waits. */
const PROVING_POLLS = 3;

interface Stall {
  /** The step that succeeded last, and the one that does not come. */
  between: string;
  detail: string;
  causes: string;
  remedy: string;
  moments: readonly Moment[];
  attempts: number;
}

/** A boot stops between two steps that other kinds do not tell of. */
export const pxeStalled: Kind = {
  meta: { id: 'pxe-stalled', title: 'Network boot stops between two steps', severity: 'medium' },
  find(context) {
    return lastWords(context.stories.clients).flatMap(({ client, boot }) => {
      const end = context.endAfter(boot.last);
      const stall = stallOf(boot, end);
      if (stall === null || context.lossIn([boot.first, end])) return [];
      return bootFinding(
        {
          kind: pxeStalled.meta.id,
          severity: 'medium',
          certainty: 'likely',
          message: `The boot of ${machineText(client)} stops between ${stall.between}: ${stall.detail}. ${vantageText(boot)}. ${stall.causes}`,
          remedy: stall.remedy,
          outcome: null,
          server: null,
          port: 67,
          attempts: stall.attempts,
          moments: stall.moments,
        },
        client,
        context,
      );
    });
  },
};

function stallOf(boot: Boot, end: Pick<Moment, 'seconds' | 'nanoseconds'>): Stall | null {
  if (boot.transfers.length > 0) return programWaits(boot, end);
  const servers = bootServers(boot);
  const offer = servers.find(({ givesAddress }) => givesAddress)?.offers[0];
  const discovers = tries(boot, isDiscover);
  const requests = tries(boot, isRequest);
  if (offer !== undefined && requests.length === 0 && boot.steps.address === undefined)
    return offersIgnored(offer, discovers, end);
  const declined = boot.messages.filter(isDecline);
  if (declined.length > 0 && boot.steps.address === undefined) return addressDeclined(boot, declined, end);
  if (requests.length > 1 && boot.steps.address === undefined && offer !== undefined && seesClient(boot))
    return noLease(requests, end);
  return servers.some(({ bootFiles }) => bootFiles.length > 0)
    ? bootFileNotAsked(boot, end)
    : bootServerNotAsked(boot, servers, end);
}

function offersIgnored(
  offer: BootMessage,
  discovers: BootMessage[],
  end: Pick<Moment, 'seconds' | 'nanoseconds'>,
): Stall | null {
  const after = discovers.filter((discover) => secondsFrom(offer, discover) > 1);
  if (after.length < 2 || secondsFrom(offer, end) < REPEAT_PATIENCE) return null;
  return {
    between: 'OFFER and REQUEST',
    detail: `an address is offered by ${offer.v4?.serverId ?? offer.fromText}, and the client goes on asking (${counted(discovers.length, 'DISCOVER')})`,
    causes:
      'The offer is lost on its way to the client (udp/68), or the firmware waits for a boot server that does not answer.',
    remedy:
      'Allow udp/67 and udp/68 from the DHCP server or the relay to the clients; see that a PXE server answers on this network.',
    moments: [offer, ...after],
    attempts: discovers.length,
  };
}

function noLease(requests: BootMessage[], end: Pick<Moment, 'seconds' | 'nanoseconds'>): Stall | null {
  if (secondsFrom(requests[0], end) < REPEAT_PATIENCE) return null;
  return {
    between: 'REQUEST and ACK',
    detail: `the client asks for the address that it was offered (${counted(requests.length, 'REQUEST')}), and no ACK comes`,
    causes: 'The DHCP server gave the address away, refuses silently, or the relay passes on only the first message.',
    remedy:
      'See the log of the DHCP server for this hardware address, and that relay and server reach each other on udp/67.',
    moments: requests,
    attempts: requests.length,
  };
}

/** A client that declines an address begins again after 10 s (RFC 2131 section 3.1 step 5); that it declines again says that it gets no further. */
function addressDeclined(
  boot: Boot,
  declined: readonly BootMessage[],
  end: Pick<Moment, 'seconds' | 'nanoseconds'>,
): Stall | null {
  const last = declined[declined.length - 1];
  if (declined.length === 1 && secondsFrom(last, end) < PATIENCE) return null;
  const { v4 } = last;
  return {
    between: 'the lease and its use',
    detail: `the client declines the address ${v4?.requestedAddress ?? 'that it was given'}${v4?.serverId ? ` of ${v4.serverId}` : ''} (${counted(declined.length, 'DECLINE')})`,
    causes:
      'Another machine answers for that address (ARP), or the firmware takes it for unusable: the address of a network or a broadcast, or one outside the subnet mask that came with it.',
    remedy:
      'Take the address out of the scope of the DHCP server, or find the machine that uses it; see that the range and the subnet mask of the scope fit each other.',
    moments: [boot.first, ...declined],
    attempts: declined.length,
  };
}

/** Only where the request would be seen: on the client's network, and not by broadcasts alone. A later boot attempt of the client says that this one was given up. */
function bootFileNotAsked(boot: Boot, end: Pick<Moment, 'seconds' | 'nanoseconds'>): Stall | null {
  const asked = boot4011(boot);
  const step = boot.steps['boot-file'];
  if (step === undefined || !seesClient(boot) || !seesUnicast(boot)) return null;
  if (secondsFrom(boot.last, end) < PATIENCE) return null;
  if (asked !== null && asked.answers.length === 0) return null;
  const last = [...boot.messages].reverse().find(({ v4 }) => v4 !== null && v4.bootFile !== '')!;
  if (/^https?:/i.test(last.v4!.bootFile)) return null;
  return {
    between: 'the name of the boot file and its TFTP request',
    detail: `${last.v4!.serverId ?? last.fromText} names "${last.v4!.bootFile.slice(0, 100)}", and nobody asks udp/69 for it`,
    causes:
      'The firmware does not reach the server (no route or no ARP answer for it), waits at a menu or for F12, or was switched off.',
    remedy:
      "See what the screen shows; check the gateway in the lease and that the boot server's address is reachable from the client's network.",
    moments: [boot.first, last],
    attempts: 1,
  };
}

/**
 * A PXE server answered without a file: the client has to ask it on 4011, or by a broadcast (the boot server discovery of PXE 2.1), and does
 * neither. Only where that would be seen, as above.
 */
function bootServerNotAsked(
  boot: Boot,
  servers: readonly BootServer[],
  end: Pick<Moment, 'seconds' | 'nanoseconds'>,
): Stall | null {
  const leased = boot.steps.address;
  const pxe = servers.find(({ isPxe }) => isPxe);
  if (leased === undefined || pxe === undefined || !seesClient(boot) || !seesUnicast(boot)) return null;
  if (secondsFrom(boot.last, end) < PATIENCE) return null;
  if (boot.messages.some((message) => message.v4?.op === 1 && compareMoments(message, leased) > 0)) return null;
  return {
    between: 'the lease and the question to the boot server',
    detail: `${pxe.id} answers as a PXE server and names no file, and the client does not ask it on udp/4011`,
    causes:
      'The firmware does not accept what option 43 says of boot servers (BIOS shows PXE-E77 or PXE-E78), waits at a menu or for a key, does not reach the server (no route or no ARP answer for it), or was switched off.',
    remedy: `See what the screen shows; leave the options 43 and 60 to the PXE server, and see that ${pxe.id} is reachable from the client's network.`,
    moments: [boot.first, pxe.offers[0], leased],
    attempts: 1,
  };
}

/**
 * A boot program of WDS was loaded and asks the boot server again, which asks a management point in its turn: no answer, or the answer is to
 * wait. A transfer after that says that it went on.
 */
function programWaits(boot: Boot, end: Pick<Moment, 'seconds' | 'nanoseconds'>): Stall | null {
  const loaded = boot.transfers.map(({ last }) => last).reduce(later);
  const since = boot.messages.filter(
    (message) => message.bootServerPort && message.v4 !== null && compareMoments(message, loaded) > 0,
  );
  const requests = since.filter(({ v4 }) => v4!.op === 1);
  if (requests.length < PROVING_POLLS) return null;
  const answers = since.filter(({ v4 }) => v4!.op === 2);
  const last = requests[requests.length - 1];
  if (secondsFrom(requests[0], last) < REPEAT_PATIENCE || secondsFrom(last, end) < 1) return null;
  if (answers.some(({ v4 }) => v4!.wds?.nextAction === 'abort' || v4!.wds?.nextAction === 'referral')) return null;
  const server = requests[0].toText;
  const told = answers.map(({ v4 }) => v4!.wds).findLast((wds) => wds !== null) ?? null;
  const words = told?.message ? ` ("${told.message.slice(0, 100)}")` : '';
  const id = told?.requestId === null || told === null ? '' : `, pending request ${told.requestId}`;
  return {
    between: 'the boot program and what it is to load',
    detail: `the loaded program asks ${server} again (${counted(requests.length, 'request')} to udp/4011), and ${answers.length === 0 ? 'gets no answer' : `is told to wait${words}${id}`}`,
    causes:
      answers.length === 0
        ? 'The boot server waits for its management point, or stopped in between.'
        : 'The boot server waits for its management point, or an administrator has to approve the device in WDS.',
    remedy: `Look for the hardware address in SMSPXE.log on ${server}: a management point that does not answer, or answers slowly (SQL Server), is the usual cause. Where WDS asks for approval, approve the pending device there.`,
    moments: [loaded, ...requests.slice(0, 2), ...answers.slice(-1), last],
    attempts: requests.length,
  };
}
