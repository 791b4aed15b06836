/** Elements and text nodes. Text is always a text node: nothing here, or anywhere in the page, makes markup of a string. */

export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

const LONG_WORD = /\S{36}/;
/** Characters from which a text is a sentence: in a narrow window its column keeps a width at which it can be read. */
const SENTENCE = 40;

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element. `true` sets an attribute without a value; null, undefined and false leave it out; a function listens. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill<E extends Element>(element: E, attributes: Attributes, children: readonly Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value as unknown as EventListener);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  add(element, children);
  return element;
}

/** Appends what there is to append. */
export function add(element: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(element, child);
    else if (child instanceof Node) element.appendChild(child);
    else {
      const text = String(child);
      // Words are kept whole in tables, but for those that no column could hold.
      if (LONG_WORD.test(text) && element instanceof Element) element.classList.add('long');
      if (text.length >= SENTENCE && element instanceof HTMLTableCellElement) element.classList.add('sentence');
      element.appendChild(document.createTextNode(text));
    }
  }
}

/** Puts other children in place of those that are there. */
export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  add(element, children);
}

/** Text for eyes that cannot see the rest. */
export const hidden = (text: string): HTMLElement => h('span', { class: 'sr' }, text);
