/** Names of internet endpoints: `*.domain` is every name below it, `<word>` one label or the start of one. */

const ESCAPE = /[.*+?^${}()|[\]\\]/g;

/** Compares without regard to case; `*.manage.microsoft.com` does not match the bare `manage.microsoft.com`. */
export function hostPattern(pattern: string): RegExp {
  const source = pattern
    .split(/(\*|<[^>]*>)/)
    .map((part) => {
      if (part === '*') return '[^\\s/]+';
      return part.startsWith('<') ? '[^\\s./]+' : part.replace(ESCAPE, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}\\.?$`, 'i');
}
