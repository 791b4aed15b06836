/** The page: reads the report that lies in it as data, and builds a section of each of its parts. */
import './style.css';
import type { PageData } from '../page-data.ts';
import { count } from '../quantity.ts';
import { bootsSection } from './boots.ts';
import { h } from './dom.ts';
import { exceptionsSection } from './exceptions.ts';
import { findingsSection } from './findings.ts';
import { firewallLogSection } from './firewall-logs.ts';
import { coverageSection, inputsSection, undecidedSection } from './limits.ts';
import { Links } from './links.ts';
import { matrixSection } from './matrix.ts';
import { moreSections } from './more.ts';
import { overview } from './overview.ts';
import { rpcSection } from './rpc.ts';
import { rulesSection } from './rules.ts';
import type { Page, Section } from './section.ts';
import { themePicker } from './theme.ts';
import { timelineSection } from './timeline.ts';

/** From top to bottom. */
const SECTIONS: readonly ((page: Page) => Section | readonly Section[] | null)[] = [
  findingsSection,
  matrixSection,
  bootsSection,
  rpcSection,
  firewallLogSection,
  timelineSection,
  rulesSection,
  exceptionsSection,
  undecidedSection,
  moreSections,
  coverageSection,
  inputsSection,
];

const data = JSON.parse(document.getElementById('data')!.textContent!) as PageData;
const page: Page = { ...data, links: new Links() };
const sections = SECTIONS.flatMap((make) => make(page) ?? []);

document.getElementById('tools')!.append(themePicker());
document.getElementById('main')!.append(overview(page), ...sections.map(({ element }) => element));
document
  .getElementById('nav')!
  .append(
    h(
      'ul',
      {},
      ...sections.map(({ id, title, amount }) =>
        h(
          'li',
          {},
          h(
            'a',
            { href: `#${id}` },
            title,
            amount === undefined || amount === 0 ? null : [' ', h('span', { class: 'pill' }, count(amount))],
          ),
        ),
      ),
    ),
  );

// Paper has no buttons: what is folded is printed unfolded, but for lists that are only looked up. Tables are made when they are
// unfolded for the first time; the browser's own toggle event would come after the page was laid out for paper.
let folded: HTMLDetailsElement[] = [];
window.addEventListener('beforeprint', () => {
  folded = [...document.querySelectorAll<HTMLDetailsElement>('details:not([open]):not(.rule-state)')];
  for (const details of folded) {
    details.open = true;
    details.dispatchEvent(new Event('toggle'));
  }
});
window.addEventListener('afterprint', () => {
  for (const details of folded) details.open = false;
});

page.links.start();
document.documentElement.dataset.ready = 'true';
