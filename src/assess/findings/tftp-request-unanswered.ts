import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { filesText, machine, screenText, type TftpCase, tftpFilter, transferRange } from '../tftp-evidence.ts';
import { isBehindRelay, isNearClient, isRejectedRequest, silentCases } from '../tftp-silence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/**
 * A TFTP request was rejected, or repeated without an answer from any port, seen elsewhere than near a machine that boots: that one is told
 * by tftp-reply-blocked.
 */
export const tftpRequestUnanswered: Kind = {
  meta: { id: 'tftp-request-unanswered', title: 'TFTP requests without an answer', severity: 'high' },
  find: (context) =>
    silentCases(context)
      .filter((one) => !isNearClient(one))
      .map((one) => tell(one, context)),
};

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const requests = stories.reduce((sum, each) => sum + each.requests.length, 0);
  const range = transferRange(server);
  const rejection = stories.find(isRejectedRequest)?.rejection ?? null;
  const asked = `${machine(one)} asks ${called(server)} for ${filesText(stories)} (${counted(requests, 'request')} to udp/69)`;
  return storyFinding(
    {
      kind: tftpRequestUnanswered.meta.id,
      severity: 'high',
      certainty: rejection === null ? 'likely' : 'proven',
      message: `${asked}, and ${rejection === null ? `nothing comes back from any port. ${vantage(one)}` : `${rejection.sender} rejects it (ICMP${rejection.verdict.version === 6 ? 'v6' : ''} type ${rejection.verdict.type} code ${rejection.verdict.code}).`} ${screenText(one, 'tftp-timeout')}`,
      remedy:
        rejection === null
          ? `Capture at ${called(server)} at the same time. Where its answer leaves from a high port, that is what is blocked: allow udp from its ports ${range.text} to the client. Where no request arrives, allow udp/69 towards it. Where the request arrives and nothing leaves, start the TFTP service (WDS, or the PXE responder) and look at its host firewall, outbound too.`
          : `${rejection.sender === server.ip ? `Start the TFTP service on ${called(server)}: nothing listens on udp/69` : `Allow udp/69 to ${called(server)} on ${rejection.sender}`}; and allow the answers from its ports ${range.text}, since 69 alone lets none through.`,
      outcome: rejection?.verdict.outcome ?? 'no-answer',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: requests,
      moments: stories.flatMap(({ requests: all, rejection: refused, first }) => [
        ...all,
        ...(refused === null ? [] : [{ ...first, frame: refused.verdict.frame }]),
      ]),
      display_filter: tftpFilter(one),
    },
    context,
  );
}

/** What silence can mean here: at the server it is the server's own, elsewhere three causes look alike. */
function vantage(one: TftpCase): string {
  return isBehindRelay(one)
    ? 'Seen behind the relay: where this capture was made at the server, its service is silent, or its own firewall drops the answer before it leaves; elsewhere the request or the answer (it comes from a port of its own, which a rule for 69 does not cover) may be dropped between here and the server.'
    : 'The request may be dropped on the way, or the answer (it comes from a port of its own, which a rule for 69 does not cover), or the service is silent; this capture cannot tell which.';
}
