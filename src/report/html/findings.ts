/** The findings, grouped by kind as in the terminal report, searched and filtered in place. */
import { type Finding, SEVERITIES, type Severity } from '../../assess/types.ts';
import { ends } from '../ends.ts';
import { findingAmount } from '../finding-amount.ts';
import { kindLabel, SEVERITY_LABELS } from '../labels.ts';
import { portLabel } from '../port-label.ts';
import { count, counted } from '../quantity.ts';
import { gather, type KindGroup, type Trouble } from '../terminal/gather.ts';
import { type Child, h, hidden, replace } from './dom.ts';
import { findingCard, ruleLink } from './finding-card.ts';
import { growing, heads, leftOut, type Page, type Section, section, tableBox } from './section.ts';

interface Wanted {
  words: string[];
  severities: ReadonlySet<Severity>;
  kind: string;
  provenOnly: boolean;
}

const CARDS = 40;

export function findingsSection(page: Page): Section {
  const { findings } = page.report;
  const { info, ...grave } = page.severities;
  const groups = gather(findings);
  const search = new SearchText();
  const list = h('div', { class: 'findings' });
  const status = h('p', { class: 'muted', role: 'status' });
  const bar = new FilterBar(findings, groups, () => show());
  /** Reaches a card that is not built yet: everything is shown up to it. */
  let upTo = 0;

  function show(): void {
    const wanted = bar.wanted();
    const matches = (finding: Finding): boolean => isWanted(finding, wanted, search);
    const kept = groups
      .map((group) => ({
        ...group,
        troubles: group.troubles.flatMap((trouble) => narrowed(trouble, matches)),
        brief: group.brief.filter(matches),
      }))
      .filter(({ troubles, brief }) => troubles.length + brief.length > 0);
    const told = kept.flatMap(({ troubles, brief }) => [
      ...troubles.flatMap(({ finding, others }) => [finding, ...others]),
      ...brief,
    ]);
    status.textContent =
      told.length === findings.length
        ? `${findingAmount(told)}, all shown`
        : `${findingAmount(told)} of ${findingAmount(findings)}`;
    replace(list, kept.length === 0 ? nothing(bar) : kept.map((group) => groupOf(group, page, bar.isNarrow, upTo)));
  }

  page.links.add((id) => {
    const number = /^finding-(\d+)$/.exec(id)?.[1];
    if (number === undefined) return false;
    if (document.getElementById(id) === null) {
      bar.clear();
      upTo = Number(number);
      show();
      upTo = 0;
    }
    return true;
  });
  show();
  return {
    id: 'findings',
    title: 'Findings',
    amount: Object.values(grave).reduce((sum, amount) => sum + amount, 0),
    element: section(
      'findings',
      'Findings',
      findings.length === 0 ? 'There are none.' : null,
      ...(findings.length === 0 ? [] : [bar.element, status, list, leftOut(page, 'findings', 'findings')]),
    ),
  };
}

/** The trouble as its wanted findings tell it. */
function narrowed(trouble: Trouble, matches: (finding: Finding) => boolean): Trouble[] {
  const [finding, ...others] = [trouble.finding, ...trouble.others].filter(matches);
  return finding === undefined ? [] : [{ number: trouble.number, finding, others }];
}

function isWanted(finding: Finding, { words, severities, kind, provenOnly }: Wanted, search: SearchText): boolean {
  if (!severities.has(finding.severity) || (kind !== '' && finding.kind !== kind)) return false;
  if (provenOnly && finding.certainty !== 'proven') return false;
  return words.length === 0 || words.every((word) => search.of(finding).includes(word));
}

/** Everything that a finding says, in lower case, made when it is searched first. */
class SearchText {
  readonly #texts = new Map<Finding, string>();

  of(finding: Finding): string {
    let text = this.#texts.get(finding);
    if (text === undefined) {
      text = `${JSON.stringify(finding)} ${ends(finding)} ${portLabel(finding.proto, finding.dest_port)}`.toLowerCase();
      this.#texts.set(finding, text);
    }
    return text;
  }
}

function groupOf({ kind, troubles, brief }: KindGroup, page: Page, isNarrow: boolean, upTo: number): HTMLElement {
  const shown = [...troubles.flatMap(({ finding, others }) => [finding, ...others]), ...brief];
  const cards = h('div', { class: 'cards' });
  const wanted = troubles.findIndex(({ number }) => number === upTo);
  const first = Math.max(CARDS, wanted + 1);
  const more =
    troubles.length === 0 ? null : growing(troubles, cards, (trouble) => findingCard(trouble, page), 'findings', first);
  return h(
    'section',
    { class: 'kind', 'aria-labelledby': `kind-${kind}` },
    h('h3', { id: `kind-${kind}` }, kindLabel(kind).heading, ' ', h('span', { class: 'pill' }, findingAmount(shown))),
    cards,
    more,
    brief.length === 0 ? null : briefList(brief, page, isNarrow),
  );
}

/** Informational findings, a line each. */
function briefList(findings: readonly Finding[], { report }: Page, open: boolean): HTMLElement {
  const body = h('tbody');
  const details = h('details', { open }, h('summary', {}, `${counted(findings.length, 'note')} for information`));
  const table = h('table', {}, heads('What', 'Port', 'Rule', 'Says'), body);
  const ports = new Map(report.rules.map(({ id, ports: list }) => [id, list]));
  const more = growing(
    findings,
    body,
    (finding) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, ends(finding) || kindLabel(finding.kind).word),
        h('td', {}, portLabel(finding.proto, finding.dest_port) + rulePorts(finding, ports)),
        h('td', {}, finding.rule[0] === undefined ? null : ruleLink(finding.rule[0])),
        h('td', {}, finding.message),
      ),
    'notes',
  );
  details.append(tableBox('Notes for information', table));
  if (more instanceof Node) details.append(more);
  return details;
}

/** ` 67, 68`: the ports of the rule where the finding names none, since it speaks of all of them. */
function rulePorts({ dest_port, rule, src_ip, dest_ip }: Finding, ports: ReadonlyMap<string, string[]>): string {
  if (dest_port !== null || src_ip !== null || dest_ip !== null) return '';
  const list = ports.get(rule[0] ?? '') ?? [];
  return list.length === 0 ? '' : ` ${list.join(', ')}`;
}

function nothing(bar: FilterBar): HTMLElement {
  return h(
    'p',
    { class: 'notice' },
    'No finding is like this. ',
    h('button', { type: 'button', click: () => bar.clear(true) }, 'Show all findings'),
  );
}

/** What the reader wants to see. */
class FilterBar {
  readonly element: HTMLElement;
  readonly #text = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Name, address, port, rule, …',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  readonly #kind = h('select', { id: 'kind' });
  readonly #proven = h('input', { type: 'checkbox', id: 'proven' });
  readonly #severities = new Map<Severity, HTMLInputElement>();
  readonly #changed: () => void;

  constructor(findings: readonly Finding[], groups: readonly KindGroup[], changed: () => void) {
    this.#changed = changed;
    this.#kind.append(h('option', { value: '' }, 'Every kind'));
    for (const { kind, amount } of groups)
      this.#kind.append(h('option', { value: kind }, `${kindLabel(kind).heading} (${amount})`));
    const likely = findings.some(({ certainty }) => certainty === 'likely');
    this.element = h(
      'form',
      {
        class: 'filters',
        role: 'search',
        'aria-label': 'Filter the findings',
        submit: (event: Event) => event.preventDefault(),
      },
      h('label', { class: 'field grow' }, h('span', {}, 'Search ', h('kbd', {}, '/')), this.#text),
      h('label', { class: 'field' }, h('span', {}, 'Kind'), this.#kind),
      h('fieldset', {}, h('legend', {}, 'Severity'), this.#boxes(findings)),
      likely ? h('label', { class: 'check' }, this.#proven, 'Proven only') : null,
    );
    this.#text.addEventListener('input', changed);
    this.#kind.addEventListener('change', changed);
    this.#proven.addEventListener('change', changed);
    document.addEventListener('keydown', (event) => this.#onKey(event));
  }

  /** True where something is left out, or looked for. */
  get isNarrow(): boolean {
    const { words, kind } = this.wanted();
    return words.length > 0 || kind !== '';
  }

  wanted(): Wanted {
    return {
      words: this.#text.value.toLowerCase().split(/\s+/).filter(Boolean),
      severities: new Set([...this.#severities].flatMap(([severity, box]) => (box.checked ? [severity] : []))),
      kind: this.#kind.value,
      provenOnly: this.#proven.checked,
    };
  }

  /** Back to everything. @param byHand whether the reader asked for it, who then goes on with the search */
  clear(byHand = false): void {
    this.#text.value = '';
    this.#kind.value = '';
    this.#proven.checked = false;
    for (const box of this.#severities.values()) box.checked = true;
    this.#changed();
    if (byHand) this.#text.focus();
  }

  #boxes(findings: readonly Finding[]): Child {
    return SEVERITIES.flatMap((severity) => {
      const amount = findings.filter((finding) => finding.severity === severity).length;
      const box = h('input', { type: 'checkbox', checked: true, value: severity, change: () => this.#changed() });
      this.#severities.set(severity, box);
      if (amount === 0) return [];
      return h(
        'label',
        { class: `chip ${severity}` },
        box,
        SEVERITY_LABELS[severity].label.toLowerCase(),
        ' ',
        h('b', {}, count(amount)),
        hidden(amount === 1 ? ' finding' : ' findings'),
      );
    });
  }

  /** A slash goes to the search, Escape empties it. */
  #onKey(event: KeyboardEvent): void {
    const target = event.target as Element | null;
    const typing = target?.matches?.('input:not([type="checkbox"]), select, textarea') === true;
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#text.focus();
      this.#text.scrollIntoView({ block: 'center' });
    } else if (event.key === 'Escape' && target === this.#text && this.#text.value !== '') {
      this.#text.value = '';
      this.#changed();
    }
  }
}
