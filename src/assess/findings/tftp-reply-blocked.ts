import { type TftpStory, transferPort } from '../../stories/tftp-story.ts';
import type { Context } from '../context.ts';
import type { Kind } from '../kind.ts';
import { storyFinding } from '../story-finding.ts';
import { isProven } from '../story-reach.ts';
import {
  filesText,
  machine,
  screenText,
  type TftpCase,
  tftpCases,
  tftpFilter,
  transferRange,
  wentOnAfter,
} from '../tftp-evidence.ts';
import { answeredElsewhere, isNearClient, silentCases } from '../tftp-silence.ts';
import type { Finding } from '../types.ts';
import { called, counted } from '../wording.ts';

/**
 * A server answers a TFTP request from a port of its own, and the answer, or what the client sends there, does not arrive. Near the server the
 * answer is seen and never acknowledged; near the client only repeated requests are, and other causes are told with it.
 */
export const tftpReplyBlocked: Kind = {
  meta: { id: 'tftp-reply-blocked', title: 'TFTP answers do not arrive', severity: 'high' },
  find: (context) => [
    ...tftpCases(context, (story) => waysOf(story) !== null && !wentOnAfter(story, context))
      .filter(({ stories }) => !stories.some(({ fragments }) => fragments !== null && fragments.datagrams > 0))
      .map((one) => tell(one, context)),
    ...silentCases(context)
      .filter(isNearClient)
      .map((one) => tellSilence(one, context)),
  ],
};

/** Which way is blocked: that of the answers, or that of the client's acknowledgments; null where neither is seen to be. */
function waysOf(story: TftpStory): 'answer' | 'client' | null {
  const { outcome, rejection, blocks, chains } = story;
  if (rejection !== null && rejection.about !== 'request' && (outcome === 'not-acknowledged' || outcome === 'stalled'))
    return rejection.about;
  if (outcome === 'not-acknowledged') return 'answer';
  // The client acknowledges the options, the server goes on repeating them.
  const oacks = chains.reduce((sum, chain) => sum + chain.oacks, 0);
  return outcome === 'stalled' && blocks === 0 && oacks > 1 ? 'client' : null;
}

function tell(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const story = stories.find((each) => each.rejection !== null) ?? stories[0];
  const way = waysOf(story)!;
  const port = transferPort(story);
  const range = transferRange(server);
  const requests = stories.reduce((sum, each) => sum + each.requests.length, 0);
  const answers = stories.flatMap(({ chains }) => chains);
  const sent = answers.reduce((sum, { oacks, data }) => sum + oacks + (data?.packets ?? 0), 0);
  const ports = new Set(answers.map(({ sender, receiver }) => (story.write ? receiver : sender).port)).size;
  const from = ports > 1 ? `${ports} ports (${port}, …), a new one for each repeated request` : `port ${port}`;
  const proven = stories.some(isProven) && !context.lossIn(stories.flatMap(({ first, last }) => [first, last]));
  const asked = `${machine(one)} asks ${called(server)} for ${filesText(stories)} (${counted(requests, 'request')} to udp/69)`;
  const { rejection } = story;
  const rejected =
    rejection === null
      ? ''
      : ` ${rejection.sender} rejects ${rejection.about === 'answer' ? 'the answer' : 'what the client sends there'} (ICMP${rejection.verdict.version === 6 ? 'v6' : ''} type ${rejection.verdict.type} code ${rejection.verdict.code}).`;
  // A client that got nothing asks again; one that does not is waiting for data after its acknowledgment.
  const isAnswer = rejection !== null || requests > stories.length;
  const lost = isAnswer
    ? 'The answer is lost between the capture point and the client.'
    : 'The answer, or the acknowledgment of it, is lost between the capture point and the client; since the client does not ask again, rather the acknowledgment.';
  const message =
    way === 'answer'
      ? `${asked}, and the server answers from ${from}: ${counted(sent, 'answer')} pass the capture point, none is ever acknowledged.${rejected} ${lost}`
      : `${asked}, and the server's answer from ${from} arrives, but what the client sends to that port has no effect: the server repeats its answer.${rejected} The acknowledgments are lost between the capture point and the server.`;
  const remedy =
    way === 'answer'
      ? `Opening udp/69 is not enough: allow udp from ${called(server)}, ports ${range.text}, to any port of ${called(client)} (from the server's side; the answer is a new flow), or turn on the TFTP helper of the firewall, or fix the server's ports (WDS: UdpPortPolicy; tftp_port_range in the topology) and open those. ${isAnswer ? '' : `Allow the way back, too: udp from ${called(client)}, any port, to ports ${range.text} of ${called(server)}. `}Look at the client's own firewall last.`
      : `Allow udp from ${called(client)} to ports ${range.text} of ${called(server)} besides udp/69, or turn on the TFTP helper of the firewall.`;
  return storyFinding(
    {
      kind: tftpReplyBlocked.meta.id,
      severity: 'high',
      certainty: proven ? 'proven' : 'likely',
      message: `${message} ${screenText(one, 'tftp-timeout')}`,
      remedy,
      outcome: rejection?.verdict.outcome ?? 'no-answer',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: requests,
      moments: stories.flatMap((each) => [each.first, each.last, ...(each.rejection ? [rejectionMoment(each)] : [])]),
      display_filter: tftpFilter(one),
    },
    context,
  );
}

/** Near the client: the answer is missing, and why cannot be seen from here. */
function tellSilence(one: TftpCase, context: Context): Finding {
  const { client, server, stories } = one;
  const name = called(server);
  const range = transferRange(server).text;
  const requests = stories.reduce((sum, each) => sum + each.requests.length, 0);
  const reachable = answeredElsewhere(one)
    ? `${name} answered this machine's DHCP, so that it runs and is reachable: a dropped answer is the usual cause.`
    : `${name} was not heard of otherwise, so that it may be down or unreachable as well.`;
  return storyFinding(
    {
      kind: tftpReplyBlocked.meta.id,
      severity: 'high',
      certainty: 'likely',
      message: `${machine(one)} asks ${name} for ${filesText(stories)} (${counted(requests, 'request')} to udp/69), and no answer arrives from any port. Seen from the client's network, three causes look alike: the answer is dropped on the way (it comes from a port of its own, ${range}, which a rule for 69 does not cover), the request is dropped, or the service is silent. ${reachable} ${screenText(one, 'tftp-timeout')}`,
      remedy: `Capture at ${name} at the same time. Where its answer leaves from a high port, that is what is blocked: allow udp from ${name}, ports ${range}, to any port of ${called(client)} (from the server's side; the answer is a new flow), or turn on the TFTP helper of the firewall, or fix the server's ports (WDS: UdpPortPolicy; tftp_port_range in the topology) and open those. Where no request arrives there, allow udp/69 towards it. Where the request arrives and nothing leaves, start the TFTP service (WDS, or the PXE responder) and look at its host firewall, outbound too.`,
      outcome: 'no-answer',
      client,
      server,
      port: 69,
      count: stories.length,
      attempts: requests,
      moments: stories.flatMap((each) => each.requests),
      display_filter: tftpFilter(one),
    },
    context,
  );
}

function rejectionMoment(story: TftpStory): TftpStory['first'] {
  return { ...story.first, frame: story.rejection!.verdict.frame };
}
