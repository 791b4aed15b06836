/** The state of things at a glance: how many findings, connections, rules, boots. */
import { SEVERITIES } from '../../assess/types.ts';
import { RULE_STATE_LABELS, SEVERITY_LABELS, SHOWN_RULE_STATES, shownState } from '../labels.ts';
import type { PageReport } from '../page-data.ts';
import { count } from '../quantity.ts';
import { type Child, h } from './dom.ts';
import type { Page } from './section.ts';

/** What the figure of findings counts; the rest is for information. */
const GRAVE = SEVERITIES.filter((severity) => severity !== 'info');

interface Share {
  label: string;
  amount: number;
  tone: string;
  /** Told below the bar even where it is none. */
  always?: boolean;
  /** Told below the bar and no part of it, since the figure does not count it. */
  aside?: boolean;
}

export function overview(page: Page): HTMLElement {
  const { report } = page;
  const tiles = [findingsTile(page), connectionsTile(report), rulesTile(report), bootsTile(report)];
  return h(
    'section',
    { class: 'tiles', 'aria-label': 'At a glance' },
    tiles.filter((tile) => tile !== null),
  );
}

function findingsTile({ severities }: Page): HTMLElement {
  const shares = GRAVE.map((severity) => ({
    label: SEVERITY_LABELS[severity].label.toLowerCase(),
    amount: severities[severity],
    tone: severity,
  }));
  const told = shares.reduce((sum, { amount }) => sum + amount, 0);
  const { info } = severities;
  const notes = { label: `${info === 1 ? 'note' : 'notes'} for information`, amount: info, tone: 'info', aside: true };
  return tile('#findings', told, told === 1 ? 'finding' : 'findings', [...shares, notes]);
}

function connectionsTile({ connections }: PageReport): HTMLElement {
  const { total, expected, blocked, blocked_likely: likely, undecided, not_judged, not_kept } = connections;
  const { unexpected, forbidden, unknown_endpoint: unknown } = connections;
  return tile('#matrix', total, total === 1 ? 'connection' : 'connections', [
    { label: 'as expected', amount: expected, tone: 'good' },
    { label: 'blocked', amount: blocked - likely, tone: 'bad', always: likely === 0 },
    { label: 'probably blocked', amount: likely, tone: 'bad2' },
    { label: 'forbidden', amount: forbidden, tone: 'bad' },
    { label: 'unexpected', amount: unexpected - forbidden - unknown, tone: 'warn', always: true },
    { label: 'with unknown addresses', amount: unknown, tone: 'note' },
    { label: 'undecided', amount: undecided, tone: 'note' },
    { label: 'not judged', amount: not_judged, tone: 'none' },
    { label: 'not kept, for want of memory', amount: not_kept, tone: 'none' },
  ]);
}

const RULE_TONES: Readonly<Record<string, string>> = {
  blocked: 'bad',
  'partly-blocked': 'bad2',
  'probably-blocked': 'bad2',
  undecided: 'note',
  works: 'good',
  'not-seen': 'none',
};

function rulesTile({ rules }: PageReport): HTMLElement | null {
  const applying = rules.filter(({ state }) => state !== 'not-applicable');
  if (applying.length === 0) return null;
  const shares = SHOWN_RULE_STATES.filter((state) => state !== 'not-applicable').map((state) => ({
    label: RULE_STATE_LABELS[state].label,
    amount: applying.filter((rule) => shownState(rule) === state).length,
    tone: RULE_TONES[state] ?? 'none',
  }));
  return tile('#rules', applying.length, 'rules apply', shares);
}

function bootsTile({ pxe_clients: clients }: PageReport): HTMLElement | null {
  if (clients.length === 0) return null;
  const loaded = clients.filter(({ reached }) => reached === 'loaded' || reached === 'windows-pe').length;
  return tile('#boots', clients.length, clients.length === 1 ? 'network boot' : 'network boots', [
    { label: 'loaded a program', amount: loaded, tone: 'good', always: true },
    { label: 'stopped before', amount: clients.length - loaded, tone: 'bad', always: true },
  ]);
}

function tile(href: string, amount: number, what: string, shares: Share[]): HTMLElement {
  return h(
    'div',
    { class: 'tile' },
    h('p', { class: 'figure' }, h('a', { href }, h('b', {}, count(amount)), ` ${what}`)),
    shareBar(shares.filter(({ aside }) => aside !== true)),
    h(
      'ul',
      { class: 'legend' },
      shares
        .filter(({ amount: some, always }) => some > 0 || always)
        .map(({ label, amount: some, tone }) =>
          h('li', {}, h('span', { class: `dot ${tone}`, 'aria-hidden': 'true' }), h('b', {}, count(some)), ` ${label}`),
        ),
    ),
  );
}

/** A bar of shares; the numbers are told beside it, so it is only for the eye. */
export function shareBar(shares: readonly Share[]): Child {
  const bar = h('div', { class: 'share', 'aria-hidden': 'true' });
  for (const { amount, tone } of shares) {
    if (amount === 0) continue;
    const part = h('span', { class: tone });
    part.style.flexGrow = String(amount);
    bar.append(part);
  }
  return bar;
}
