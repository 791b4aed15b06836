/** Every rule and what the capture says of it. */
import type { RuleReport } from '../../assess/types.ts';
import { blockedTexts, RULE_STATE_LABELS, SHOWN_RULE_STATES, type ShownRuleState, shownState } from '../labels.ts';
import { count } from '../quantity.ts';
import { h } from './dom.ts';
import { heads, leftOut, type Page, type Section, section, tableBox } from './section.ts';
import { sourceText } from './words.ts';

const SIGNS: Readonly<Record<ShownRuleState, string>> = {
  blocked: '✕',
  'partly-blocked': '✕',
  'probably-blocked': '✕',
  undecided: '?',
  works: '✓',
  'not-seen': '○',
  'not-applicable': '–',
};

/** States that are folded away: the reader looks them up, they are no news. */
const FOLDED: ReadonlySet<ShownRuleState> = new Set(['not-seen', 'not-applicable']);

export function rulesSection(page: Page): Section | null {
  const { rules } = page.report;
  if (rules.length === 0) return null;
  return {
    id: 'rules',
    title: 'Rules',
    element: section(
      'rules',
      'Rules',
      'What Microsoft and the topology ask for, and what this capture says of it. What was not seen is not known to work.',
      ...SHOWN_RULE_STATES.map((state) => {
        const list = rules.filter((rule) => shownState(rule) === state);
        return list.length === 0 ? null : stateBlock(state, list);
      }),
      leftOut(page, 'rules', 'rules'),
    ),
  };
}

function stateBlock(state: ShownRuleState, rules: readonly RuleReport[]): HTMLElement {
  const { label } = RULE_STATE_LABELS[state];
  const title = label.charAt(0).toUpperCase() + label.slice(1);
  const table = h(
    'table',
    {},
    heads('Rule', 'From', 'To', 'Ports', 'Need', 'What was seen', 'Document'),
    h('tbody', {}, ...rules.map(line)),
  );
  return h(
    'details',
    { open: !FOLDED.has(state), class: 'rule-state' },
    h(
      'summary',
      {},
      h('span', { class: `key rule-${state}`, 'aria-hidden': 'true' }, SIGNS[state]),
      ` ${title} `,
      h('span', { class: 'pill' }, count(rules.length)),
    ),
    tableBox(`Rules: ${label}`, table),
  );
}

function line(rule: RuleReport): HTMLElement {
  const seen = [
    rule.works === 0 ? '' : `${count(rule.works)} worked`,
    ...blockedTexts(rule),
    rule.undecided === 0 ? '' : `${count(rule.undecided)} undecided`,
  ].filter(Boolean);
  return h(
    'tr',
    { id: `rule-${rule.id}`, tabindex: -1 },
    h('th', { scope: 'row' }, rule.id),
    h('td', {}, rule.from),
    h('td', {}, rule.to),
    h('td', {}, `${rule.proto} ${rule.ports.join(', ')}`),
    h('td', {}, rule.need),
    h('td', {}, [...seen, rule.reason ?? ''].filter(Boolean).join('; ')),
    h('td', { class: 'muted' }, sourceText(rule.source)),
  );
}
