/** How far to trust the rest: what could not be shown, which frames were judged, what was read. */
import type { CaptureReport } from '../../assess/types.ts';
import { notJudgedLabel } from '../labels.ts';
import type { PageReport } from '../page-data.ts';
import { count, counted, size, span } from '../quantity.ts';
import { malformedText, memoryText, nameLossText, nameReadingText, notKeptText } from '../terminal/limits.ts';
import { copyable } from './copy.ts';
import { type Child, h } from './dom.ts';
import { entry } from './finding-card.ts';
import { toldOf, wordsOf } from './generic.ts';
import { shareBar } from './overview.ts';
import { heads, numbers, type Page, type Section, section, tableBox } from './section.ts';

export function undecidedSection({ report }: Page): Section | null {
  if (report.undecided.length === 0) return null;
  const table = h(
    'table',
    {},
    heads(numbers('Connections'), 'Why nobody can tell', 'For example'),
    h(
      'tbody',
      {},
      ...report.undecided.map(({ reason, count: amount, examples }) =>
        h(
          'tr',
          {},
          h('td', { class: 'num' }, count(amount)),
          h('th', { scope: 'row' }, reason),
          h('td', { class: 'muted' }, examples.join('; ')),
        ),
      ),
    ),
  );
  return {
    id: 'undecided',
    title: 'Not shown',
    amount: report.undecided.reduce((sum, { count: amount }) => sum + amount, 0),
    element: section(
      'undecided',
      'What the capture could not show',
      null,
      tableBox('What the capture could not show', table),
    ),
  };
}

export function coverageSection({ report }: Page): Section {
  const { frames, judged, not_judged: reasons } = report.coverage;
  const others = Object.entries(reasons)
    .filter(([, amount]) => amount > 0)
    .sort(([, few], [, many]) => many - few);
  const share = (amount: number): string => (frames === 0 ? '' : `${((amount / frames) * 100).toFixed(1)} %`);
  const line = (label: string, amount: number, tone: string): HTMLElement =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, h('span', { class: `dot ${tone}`, 'aria-hidden': 'true' }), ` ${label}`),
      h('td', { class: 'num' }, count(amount)),
      h('td', { class: 'num' }, share(amount)),
    );
  const table = h(
    'table',
    {},
    heads('Frames', numbers('Number'), numbers('Share')),
    h(
      'tbody',
      {},
      line('judged', judged, 'good'),
      ...others.map(([reason, amount]) => line(notJudgedLabel(reason), amount, 'none')),
    ),
  );
  const problems = report.captures.flatMap(({ path, problems: list }) => list.map((problem) => ({ path, problem })));
  return {
    id: 'coverage',
    title: 'Coverage',
    ...(problems.length > 0 ? { amount: problems.length } : {}),
    element: section(
      'coverage',
      'Coverage and problems',
      `${counted(frames, 'frame')} read, ${count(judged)} of them judged: each one belongs to a connection, or is counted under the reason why not.`,
      shareBar([
        { label: 'judged', amount: judged, tone: 'good' },
        { label: 'not judged', amount: frames - judged, tone: 'none' },
      ]),
      tableBox('Frames by what became of them', table),
      losses(report),
      h('h3', {}, 'Problems of the captures'),
      problems.length === 0
        ? h('p', { class: 'muted' }, 'None: the captures are whole.')
        : h(
            'ul',
            { class: 'problems' },
            ...problems.map(({ path, problem }) =>
              h('li', {}, report.captures.length > 1 ? [h('b', {}, path), ': '] : null, problem),
            ),
          ),
    ),
  };
}

/** What was counted only, or lost, in the words of the terminal report; and what later versions tell of the coverage. */
function losses(report: PageReport): Child {
  const {
    frames: _,
    judged: __,
    not_judged: ___,
    malformed_messages: malformed,
    messages_not_kept: lost,
    names,
    ...more
  } = report.coverage;
  return [
    [...(malformed > 0 ? [malformedText(malformed)] : []), ...nameReadingText(names)].map((text) =>
      h('p', {}, sentence(text)),
    ),
    [...(lost > 0 ? [notKeptText(lost)] : []), ...nameLossText(names), ...memoryText(report)].map((text) =>
      h('p', { class: 'notice' }, sentence(text)),
    ),
    toldOf(more),
  ];
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

export function inputsSection({ report }: Page): Section {
  const { topology, tool, captures } = report;
  return {
    id: 'inputs',
    title: 'Inputs',
    element: section(
      'inputs',
      'Inputs',
      'What this page was made from; the same files give the same page.',
      h(
        'div',
        { class: 'inputs' },
        ...captures.map(captureCard),
        topology === null
          ? h('p', { class: 'notice' }, 'No topology.')
          : h(
              'div',
              { class: 'card' },
              h('h3', {}, topology.path),
              h(
                'dl',
                { class: 'evidence' },
                entry('Topology', topology.name ?? 'without a name'),
                hashEntry(topology.sha256, 'not computed'),
                rest(topology, ['path', 'name', 'sha256']),
              ),
            ),
        h(
          'div',
          { class: 'card' },
          h('h3', {}, `${tool.name} ${tool.version}`),
          h('dl', { class: 'evidence' }, entry('Report', report.schema)),
        ),
      ),
    ),
  };
}

function captureCard(capture: CaptureReport): HTMLElement {
  const { path, format, bytes, frames, first, last, sha256 } = capture;
  return h(
    'div',
    { class: 'card' },
    h('h3', {}, path === '-' ? 'standard input' : path),
    h(
      'dl',
      { class: 'evidence' },
      entry('Format', format),
      entry('Frames', count(frames)),
      entry('Size', bytes === null ? 'read from a pipe' : `${size(bytes)} (${count(bytes)} bytes)`),
      entry('Time', span(first, last)),
      hashEntry(sha256, bytes === null ? 'not available: it was read from a pipe, and is not kept' : 'not computed'),
      rest(capture, ['path', 'format', 'bytes', 'frames', 'first', 'last', 'sha256', 'problems']),
    ),
  );
}

const hashEntry = (sha256: string | null, otherwise: string): Child =>
  entry('SHA-256', sha256 === null ? otherwise : copyable(sha256, 'the SHA-256'));

/** Whatever else is told of an input. */
const rest = (fields: object, placed: readonly string[]): Child =>
  Object.entries(fields)
    .filter(([name]) => !placed.includes(name))
    .map(([name, value]) => entry(wordsOf(name), toldOf(value)));
