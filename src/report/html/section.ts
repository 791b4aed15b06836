/** What the sections of the page have in common. */

import type { PageData } from '../page-data.ts';
import { count } from '../quantity.ts';
import { type Child, h } from './dom.ts';

/** What every section is made from. */
export interface Page extends PageData {
  /** Places in the page that others link to; see links.ts. */
  links: import('./links.ts').Links;
}

export interface Section {
  id: string;
  /** In the navigation. */
  title: string;
  /** Small number beside it. */
  amount?: number;
  element: HTMLElement;
}

/** A section with its heading; `lead` says what it shows in a sentence. */
export function section(id: string, title: string, lead: Child, ...children: Child[]): HTMLElement {
  return h(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    h('h2', { id: `${id}-title`, tabindex: -1 }, title),
    lead ? h('p', { class: 'lead' }, lead) : null,
    ...children,
  );
}

/** What was left out of a list, or nothing. */
export function leftOut({ left_out }: PageData, list: keyof PageData['left_out'], what: string): HTMLElement | null {
  const more = left_out[list];
  return more === undefined
    ? null
    : h(
        'p',
        { class: 'notice' },
        `${count(more)} more ${what} are left out to keep this page fast; --format json has all of them.`,
      );
}

/** A table that may be wider than the window: it scrolls by itself, with the keyboard too. */
export function tableBox(caption: string, table: HTMLTableElement): HTMLElement {
  table.prepend(h('caption', { class: 'sr' }, caption));
  return h('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption }, table);
}

/** Column heads of a table. */
export const heads = (...titles: (Child | Numbers)[]): HTMLElement =>
  h(
    'thead',
    {},
    h(
      'tr',
      {},
      ...titles.map((title) =>
        isNumbers(title) ? h('th', { scope: 'col', class: 'num' }, title.numbers) : h('th', { scope: 'col' }, title),
      ),
    ),
  );

/** Head of a column of numbers, which stand at its right. */
export interface Numbers {
  numbers: string;
}

export const numbers = (title: string): Numbers => ({ numbers: title });

const isNumbers = (title: Child | Numbers): title is Numbers =>
  typeof title === 'object' && title !== null && 'numbers' in title;

const BATCH = 50;

/** The first items of a list, and a button for more of them. */
export function growing<T>(
  items: readonly T[],
  parent: HTMLElement,
  render: (item: T) => Child,
  what: string,
  batch = BATCH,
): Child {
  let shown = 0;
  const button = h('button', { type: 'button', class: 'more', click: () => grow(true) });
  // Paper has no button: there the rest is only counted.
  const rest = h('span', { class: 'on-paper' });
  const box = h('p', { class: 'more-box' }, button, rest);
  function grow(byHand: boolean): void {
    const before = parent.children.length;
    for (const item of items.slice(shown, shown + batch)) {
      const node = render(item);
      if (node instanceof Node) parent.append(node);
    }
    shown = Math.min(items.length, shown + batch);
    const left = items.length - shown;
    box.hidden = left === 0;
    rest.textContent = `and ${count(left)} more ${what}: paper shows as many as the page did`;
    button.textContent = `Show ${count(Math.min(batch, left))} more of ${count(left)} ${what}`;
    if (byHand) focusFirst(parent.children[before]);
  }
  grow(false);
  return box;
}

/** Moves the focus to an element, or to the first thing in it that takes it. */
export function focusFirst(element: Element | undefined): void {
  if (!(element instanceof HTMLElement)) return;
  const target = element.matches('[tabindex], a, button') ? element : element.querySelector('[tabindex], a, button');
  if (target instanceof HTMLElement) target.focus();
}
