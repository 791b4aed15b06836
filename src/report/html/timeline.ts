/** When connections began, what became of them, and when each finding was seen, over one axis. */
import type { Finding, Outcome, Timeline, TimelineBucket } from '../../assess/types.ts';
import { roleList } from '../ends.ts';
import { kindLabel, OUTCOME_LABELS, OUTCOMES } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { count, counted, secondsBetween } from '../quantity.ts';
import { gather, type Trouble } from '../terminal/gather.ts';
import { type Child, h, s } from './dom.ts';
import { findingId } from './finding-card.ts';
import { heads, numbers, type Page, type Section, section, tableBox } from './section.ts';
import { axisTicks, clock } from './time-axis.ts';
import { outcomeText } from './words.ts';

const HEIGHT = 60;
const MOST_LANES = 30;

const OPENED: readonly Outcome[] = ['established', 'answered', 'midstream', 'one-sided'];
const FAILED = OUTCOMES.filter((outcome) => OUTCOME_LABELS[outcome].tone === 'bad');

interface Band {
  label: string;
  tone: string;
  outcomes: readonly Outcome[];
  /** It takes those that failed all the same, whatever their outcome, and the others leave them out. */
  takesFailedLater?: boolean;
}

/** What outcomes come to, from top to bottom; every outcome is in one of them. */
const BANDS: readonly Band[] = [
  { label: 'opened or answered', tone: 'good', outcomes: OPENED },
  { label: 'no answer, refused or failed', tone: 'bad', outcomes: FAILED, takesFailedLater: true },
  {
    label: 'cannot tell',
    tone: 'note',
    outcomes: OUTCOMES.filter((outcome) => !OPENED.includes(outcome) && !FAILED.includes(outcome)),
  },
];

type Amounts = TimelineBucket['outcomes'];

/** Connections of a span that belong to a band, by outcome. */
function within({ outcomes, failed_later: later = {} }: TimelineBucket, band: Band): Amounts {
  const amounts: Amounts = {};
  for (const outcome of OUTCOMES) {
    const failed = later[outcome] ?? 0;
    const begun = band.outcomes.includes(outcome) ? (outcomes[outcome] ?? 0) - failed : 0;
    const amount = begun + (band.takesFailedLater ? failed : 0);
    if (amount > 0) amounts[outcome] = amount;
  }
  return amounts;
}

const amountOf = (bucket: TimelineBucket, band: Band): number =>
  Object.values(within(bucket, band)).reduce((sum, amount) => sum + amount, 0);

export function timelineSection(page: Page): Section | null {
  const { timeline, findings } = page.report;
  if (timeline === null || timeline.buckets.length === 0) return null;
  const length = timeline.bucket_count * timeline.bucket_seconds;
  const bands = BANDS.filter((each) => timeline.buckets.some((bucket) => amountOf(bucket, each) > 0));
  const troubles = gather(findings)
    .flatMap((group) => group.troubles)
    .filter(({ finding }) => finding.first_ts !== null);
  return {
    id: 'timeline',
    title: 'Time line',
    element: section(
      'timeline',
      'Time line',
      `Connections by when they began, in spans of ${width(timeline.bucket_seconds)}; each band has its own scale. Below, from the first to the last frame of each finding.`,
      h(
        'div',
        { class: 'timeline' },
        ...bands.map((each) => band(timeline, each)),
        axis(timeline, length),
        troubles.length === 0
          ? null
          : h(
              'ol',
              { class: 'lanes', 'aria-label': 'Findings in time' },
              ...troubles.slice(0, MOST_LANES).map((trouble) => lane(trouble, timeline, length)),
            ),
        troubles.length > MOST_LANES
          ? h('p', { class: 'muted' }, `and ${counted(troubles.length - MOST_LANES, 'more finding')} under Findings`)
          : null,
      ),
      asTable(timeline),
    ),
  };
}

const width = (seconds: number): string =>
  seconds < 1
    ? `${seconds * 1000} ms`
    : seconds < 120
      ? `${seconds} s`
      : seconds < 7200
        ? `${seconds / 60} min`
        : `${seconds / 3600} h`;

function band(timeline: Timeline, one: Band): HTMLElement {
  const { label, tone } = one;
  const amounts = timeline.buckets.map((bucket) => ({ bucket, amount: amountOf(bucket, one) }));
  const most = Math.max(...amounts.map(({ amount }) => amount));
  const total = amounts.reduce((sum, { amount }) => sum + amount, 0);
  const bars = amounts
    .filter(({ amount }) => amount > 0)
    .map(({ bucket, amount }) => {
      const tall = Math.max(2, (amount / most) * (HEIGHT - 4));
      const from = clock(timeline.first_ts, bucket.index * timeline.bucket_seconds, timeline.bucket_seconds);
      return s(
        'rect',
        { x: bucket.index + 0.08, width: 0.84, y: HEIGHT - tall, height: tall },
        s('title', {}, `${from}: ${count(amount)} ${label} (${amountsText(bucket, one)})`),
      );
    });
  return h(
    'div',
    { class: `band ${tone}` },
    h(
      'p',
      { class: 'band-label' },
      h('span', { class: `dot ${tone}`, 'aria-hidden': 'true' }),
      h('b', {}, count(total)),
      ` ${label}`,
      h('span', { class: 'muted' }, `, at most ${count(most)} each`),
    ),
    s(
      'svg',
      {
        class: 'plot',
        viewBox: `0 0 ${timeline.bucket_count} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `${counted(total, 'connection')} ${label}, by when they began; the table below has the numbers`,
      },
      ...bars,
    ),
  );
}

/** `3 no answer, 2 established and then failed` */
function amountsText(bucket: TimelineBucket, one: Band): string {
  if (!one.takesFailedLater) return outcomeText(within(bucket, one));
  const later = outcomeText(bucket.failed_later ?? {});
  const failed = outcomeText(within(bucket, { ...one, takesFailedLater: false }));
  return [failed, later && `${later} and then failed`].filter(Boolean).join(', ');
}

function axis(timeline: Timeline, length: number): HTMLElement {
  const ticks = axisTicks(timeline.first_ts, length).map(({ at, text }) => {
    const edge = at / length < 0.04 ? ' first' : at / length > 0.96 ? ' last' : '';
    const tick = h('span', { class: `tick${edge}` }, h('span', {}, text));
    tick.style.left = `${(at / length) * 100}%`;
    return tick;
  });
  return h(
    'div',
    { class: 'axis', 'aria-hidden': 'true' },
    h('p', { class: 'band-label muted' }, `${timeline.first_ts.slice(0, 10)}, UTC`),
    h('div', { class: 'ticks' }, ...ticks),
  );
}

function lane({ number, finding, others }: Trouble, timeline: Timeline, length: number): HTMLElement {
  const all = [finding, ...others];
  const starts = all.flatMap(({ first_ts }) => first_ts ?? []).sort();
  const stops = all.flatMap(({ last_ts }) => last_ts ?? []).sort();
  const from = Math.max(0, secondsBetween(timeline.first_ts, starts[0]!));
  const until = Math.max(from, secondsBetween(timeline.first_ts, stops[stops.length - 1] ?? starts[0]!));
  const bar = h('span', { class: `span ${finding.severity}` });
  bar.style.left = `${Math.min(99.5, (from / length) * 100)}%`;
  bar.style.width = `${Math.min(100, ((until - from) / length) * 100)}%`;
  const who = laneTitle(finding, all.length);
  const what = portLabel(finding.proto, finding.dest_port);
  const times = `${clock(timeline.first_ts, from, 0.001)} to ${clock(timeline.first_ts, until, 0.001)}`;
  return h(
    'li',
    {},
    h(
      'a',
      { href: `#${findingId(number)}`, title: `${who} ${what}, ${times}` },
      h('b', {}, number),
      ` ${who || kindLabel(finding.kind).word} `,
      h('span', { class: 'muted' }, what),
    ),
    h('span', { class: 'lane', title: times }, bar),
  );
}

/** Names where there are any: a lane has no room for addresses beside them. */
function laneTitle({ src_ip, src_name, src_roles, dest_ip, dest_name, dest_roles }: Finding, sources: number): string {
  const from = sources > 1 ? counted(sources, 'source') : (src_name ?? src_ip ?? roleList(src_roles));
  return [from, dest_name ?? dest_ip ?? roleList(dest_roles)].filter(Boolean).join(' → ');
}

function asTable(timeline: Timeline): HTMLElement {
  const details = h('details', {}, h('summary', {}, 'The numbers as a table'));
  details.addEventListener('toggle', () => {
    if (!details.open || details.childElementCount > 1) return;
    const table = h(
      'table',
      {},
      heads('From', ...BANDS.map(({ label }) => numbers(label)), numbers('Attempts'), 'Outcomes'),
      h('tbody', {}, ...timeline.buckets.map((bucket) => row(bucket, timeline))),
    );
    details.append(tableBox('Connections by when they began', table));
  });
  return details;
}

function row(bucket: TimelineBucket, { first_ts, bucket_seconds }: Timeline): Child {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, clock(first_ts, bucket.index * bucket_seconds, bucket_seconds)),
    ...BANDS.map((each) => h('td', { class: 'num' }, count(amountOf(bucket, each)))),
    h('td', { class: 'num' }, count(bucket.attempts)),
    h('td', {}, outcomeText(bucket.outcomes)),
  );
}
