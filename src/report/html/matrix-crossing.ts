/** One crossing of two roles: its ports, the rules that ask for them, and who is behind them. */
import type { MatrixConversation, MatrixRow } from '../../assess/types.ts';
import { end } from '../ends.ts';
import { portLabel } from '../port-label.ts';
import { count, counted } from '../quantity.ts';
import { gather } from '../terminal/gather.ts';
import { copyable } from './copy.ts';
import { type Child, h } from './dom.ts';
import { findingId, ruleLink } from './finding-card.ts';
import { CELL_STATES, type Cell, rowAmounts, rowState, STATES } from './matrix-cells.ts';
import { heads, numbers, type Page, tableBox } from './section.ts';
import { framesText, outcomeText, seenText, sourceText } from './words.ts';

const MOST_RULES = 4;

export function crossing(cell: Cell, page: Page): Child {
  const findings = findingNumbers(page);
  return [
    h('h3', {}, cell.from, h('span', { class: 'arrow' }, ' → '), cell.to),
    cell.rows.map((row) => portCard(row, page, findings)),
    cell.notSeen.length === 0
      ? null
      : h(
          'div',
          { class: 'port-card not-seen' },
          h(
            'h4',
            {},
            h('span', { class: 'key not-seen', 'aria-hidden': 'true' }, '○'),
            ' Required, but nobody tried it in this capture',
          ),
          h(
            'ul',
            { class: 'plain' },
            ...cell.notSeen.map((rule) =>
              h(
                'li',
                {},
                `${rule.proto} ${rule.ports.join(', ')} `,
                ruleLink(rule.id),
                ' ',
                h('span', { class: 'muted' }, sourceText(rule.source)),
              ),
            ),
          ),
        ),
  ];
}

/** The number of the finding about a conversation, by its ends and port. */
function findingNumbers({ report }: Page): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { troubles } of gather(report.findings)) {
    for (const { number, finding, others } of troubles) {
      for (const { src_ip, dest_ip, proto, dest_port } of [finding, ...others]) {
        const key = JSON.stringify([src_ip, dest_ip, proto, dest_port]);
        if (!numbers.has(key)) numbers.set(key, number);
      }
    }
  }
  return numbers;
}

function portCard(row: MatrixRow, page: Page, findings: ReadonlyMap<string, number>): HTMLElement {
  const state = rowState(row);
  const amounts = rowAmounts(row);
  const told = STATES.flatMap((each) => {
    const amount = amounts[each] ?? 0;
    return amount === 0 ? [] : `${count(amount)} ${CELL_STATES[each].label}`;
  });
  const rules = row.rules.slice(0, MOST_RULES);
  const more = row.rules.length - rules.length;
  return h(
    'div',
    { class: `port-card ${state}` },
    h(
      'h4',
      {},
      h('span', { class: `key ${state}`, 'aria-hidden': 'true' }, CELL_STATES[state].sign),
      ` ${portLabel(row.proto, row.dest_port)} `,
      h('span', { class: 'muted' }, told.join(', ')),
    ),
    h(
      'p',
      { class: 'muted' },
      `${outcomeText(row.outcomes)}${row.symptoms === 0 ? '' : ` (${count(row.symptoms)} opened, then failed)`}; ${seenText(row.first_ts, row.last_ts)}`,
    ),
    rules.length === 0
      ? null
      : h(
          'p',
          {},
          row.rules.length === 1 ? 'Rule ' : 'Rules ',
          rules.map((id, at) => [at === 0 ? '' : ', ', ruleLink(id)]),
          more > 0 ? ` and ${counted(more, 'more')}`.replace(/s$/, '') : '',
          row.source === null ? '' : `; ${sourceText(row.source)}`,
        ),
    row.conversations.length === 0 ? null : conversations(row, page, findings),
  );
}

function conversations(row: MatrixRow, { report }: Page, findings: ReadonlyMap<string, number>): HTMLElement {
  const left = row.conversation_count - row.conversations.length;
  const line = (one: MatrixConversation): HTMLElement => {
    const number = findings.get(JSON.stringify([one.src_ip, one.dest_ip, row.proto, row.dest_port]));
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, whole(one.src_ip, one.src_name)),
      h('td', {}, whole(one.dest_ip, one.dest_name)),
      h(
        'td',
        { class: `state ${row.verdict === 'expected' ? one.state : ''}` },
        stateWord(one, row),
        number === undefined ? null : [' ', h('a', { href: `#${findingId(number)}` }, `finding ${number}`)],
      ),
      h('td', { class: 'num' }, count(one.connections)),
      h(
        'td',
        {},
        outcomeText(one.outcomes),
        one.reason === null ? null : h('span', { class: 'muted' }, `; ${one.reason}`),
      ),
      h('td', {}, framesText(one.frames, one.capture, report.captures.length)),
      h('td', {}, one.display_filter && copyable(one.display_filter, 'the display filter')),
    );
  };
  const table = h(
    'table',
    {},
    heads('From', 'To', 'State', numbers('Connections'), 'Outcomes', 'Frames', 'Wireshark'),
    h('tbody', {}, ...row.conversations.map(line)),
  );
  return h(
    'div',
    {},
    tableBox(`Connections on ${row.proto} ${row.dest_port}`, table),
    left <= 0
      ? null
      : h(
          'p',
          { class: 'muted' },
          `and ${counted(left, 'more pair')} of addresses: "pcapcheck flows" lists every connection`,
        ),
  );
}

const STATE_WORDS: Readonly<Record<MatrixConversation['state'], string>> = {
  works: 'works',
  mixed: 'works at times',
  blocked: 'blocked',
  undecided: 'undecided',
};

function stateWord({ state, certainty }: MatrixConversation, { verdict }: MatrixRow): string {
  if (verdict !== 'expected' && state === 'works') return 'gets through';
  return state === 'blocked' && certainty === 'likely' ? 'probably blocked' : STATE_WORDS[state];
}

/** An end without an address stands for all of a network. */
const whole = (ip: string | null, name: string | null): string =>
  ip === null ? (name === null ? 'several addresses' : `${name} (several addresses)`) : (end(ip, name, []) ?? ip);
