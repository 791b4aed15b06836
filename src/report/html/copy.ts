/** Text that the reader takes elsewhere, with a button that copies it. */
import { h } from './dom.ts';

const TOLD_MS = 1600;

/** `what` names it for those who only hear the button. */
export function copyable(text: string, what: string): HTMLElement {
  const code = h('code', {}, text);
  const button = h('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${what}` }, 'Copy');
  button.addEventListener('click', async () => {
    const copied = await copy(text, code);
    button.textContent = copied ? 'Copied' : 'Marked: Ctrl+C';
    setTimeout(() => {
      button.textContent = 'Copy';
    }, TOLD_MS);
  });
  return h('span', { class: 'copyable' }, code, button);
}

/** Where the page may not write the clipboard, the text is marked instead. */
async function copy(text: string, element: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy');
  }
}
