/** What the capture says of the rules: how many work, which do not, what was never tried. */
import type { Report, RuleReport } from '../../assess/types.ts';
import { blockedTexts, RULE_STATE_LABELS, SHOWN_RULE_STATES, type ShownRuleState, shownState } from '../labels.ts';
import { count } from '../quantity.ts';
import { limited, type Page, paragraph, section } from './block.ts';

const MOST_RULES = 10;

/** States whose rules are listed in any case; what works only if nothing else is to be told, the rest if asked for. */
const ALWAYS_LISTED: ReadonlySet<ShownRuleState> = new Set([
  'blocked',
  'partly-blocked',
  'probably-blocked',
  'undecided',
]);

export function ruleSection(report: Report, page: Page): string[] {
  const clear = report.findings.every((finding) => finding.severity === 'info');
  const listed = (state: ShownRuleState): boolean =>
    page.verbose || ALWAYS_LISTED.has(state) || (clear && state === 'works');
  const states = SHOWN_RULE_STATES.map((state) => ({
    state,
    rules: report.rules.filter((rule) => shownState(rule) === state),
  }));
  const counts = states.flatMap(({ state, rules }) =>
    rules.length === 0 ? [] : `${count(rules.length)} ${RULE_STATE_LABELS[state].label}`,
  );
  return section(page, 'RULES', [
    ...(counts.length === 0 ? [] : paragraph(page, counts.join(', '), 2)),
    ...states.flatMap(({ state, rules }) => (listed(state) && rules.length > 0 ? stateLines(state, rules, page) : [])),
  ]);
}

function stateLines(state: ShownRuleState, rules: RuleReport[], page: Page): string[] {
  const { label, tone } = RULE_STATE_LABELS[state];
  return [
    ...paragraph(page, `${label}:`, 2, tone),
    ...limited(page, rules, MOST_RULES, (rule) => paragraph(page, ruleText(rule), 4, null, 2)),
  ];
}

/** `management-point -> sql-server  tcp 1433  [cm.mp-sql.sql]  2 worked, 3 blocked` */
function ruleText(rule: RuleReport): string {
  const seen = [
    rule.works === 0 ? '' : `${count(rule.works)} worked`,
    ...blockedTexts(rule),
    rule.undecided === 0 ? '' : `${count(rule.undecided)} undecided`,
    rule.reason ?? '',
  ].filter(Boolean);
  const what = `${rule.from} -> ${rule.to}  ${rule.proto} ${rule.ports.join(', ')}  [${rule.id}]`;
  return seen.length === 0 ? what : `${what}  ${seen.join(', ')}`;
}
