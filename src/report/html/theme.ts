/** Light or dark: as the system says, until the reader says otherwise. */
import { h } from './dom.ts';

const THEMES = [
  ['auto', 'auto'],
  ['light', 'light'],
  ['dark', 'dark'],
] as const;

export function themePicker(): HTMLElement {
  const root = document.documentElement;
  const select = h('select', { id: 'theme', 'aria-label': 'Colours' });
  for (const [value, label] of THEMES) select.append(h('option', { value }, `Colours: ${label}`));
  select.addEventListener('change', () => {
    root.dataset.theme = select.value;
  });
  return select;
}
