/** Links within the page: addresses like #finding-7 open whatever hides their target, scroll to it and put the focus there. */

/** Shows a target that may not be in the document yet; true where it knows it. */
export type Opener = (id: string) => boolean;

export class Links {
  readonly #openers: Opener[] = [];

  /** Asked in turn, whenever somebody follows a link. */
  add(opener: Opener): void {
    this.#openers.push(opener);
  }

  /** Follows the address that the page was opened with, and every later one. */
  start(): void {
    window.addEventListener('hashchange', () => this.#follow());
    document.addEventListener('click', (event) => {
      const link = (event.target as Element | null)?.closest?.('a[href^="#"]');
      // The same address twice is no change of address, and may still have to open something.
      if (link !== null && link !== undefined && link.getAttribute('href') === location.hash) this.#follow();
    });
    if (location.hash !== '') this.#follow();
  }

  /** Goes there as if a link was followed. */
  go(id: string): void {
    if (location.hash === `#${id}`) this.#follow();
    else location.hash = id;
  }

  #follow(): void {
    const id = decoded(location.hash.slice(1));
    for (const opener of this.#openers) if (opener(id)) break;
    const target = document.getElementById(id);
    if (target === null) return;
    for (let parent: Element | null = target; parent !== null; parent = parent.parentElement)
      if (parent instanceof HTMLDetailsElement) parent.open = true;
    const heading = target.matches('section') ? target.querySelector('h2') : null;
    const focus = heading ?? target;
    if (!focus.hasAttribute('tabindex')) focus.setAttribute('tabindex', '-1');
    // The browser may have gone there already, and the reader further on: the change of address is told later.
    if (!focus.contains(document.activeElement)) (focus as HTMLElement).focus({ preventScroll: true });
    target.scrollIntoView({ block: 'start' });
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
