/** Names of internet endpoints: `*.domain` is every name below it, `<word>` one label or the start of one. */

const ESCAPE = /[.*+?^${}()|[\]\\]/g;

/** Where a site may say what stands for `<name>`: names of cloud services, storage accounts, key vaults, and the like. */
const OWN_NAMES = new Set(['<name>', '<prefix>']);

/**
 * Compares without regard to case; `*.manage.microsoft.com` does not match the bare `manage.microsoft.com`.
 * @param own names of the site's own that stand for `<name>` and `<prefix>`; empty: any label does
 */
export function hostPattern(pattern: string, own: readonly string[] = []): RegExp {
  const source = pattern
    .split(/(\*|<[^>]*>)/)
    .map((part) => {
      if (part === '*') return '[^\\s/]+';
      if (own.length > 0 && OWN_NAMES.has(part)) return `(?:${own.map(escaped).join('|')})`;
      return part.startsWith('<') ? '[^\\s./]+' : escaped(part);
    })
    .join('');
  return new RegExp(`^${source}\\.?$`, 'i');
}

function escaped(text: string): string {
  return text.replace(ESCAPE, '\\$&');
}
