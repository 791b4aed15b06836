/** The Markdown of the project, read for what can be checked. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Pages that users and contributors read. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'captures/README.md',
  'captures/demo/README.md',
  'native-bindings/README.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/findings'),
];

export function markdownIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `${folder}/${name}`);
}

export const pageText = (path: string): string => readFileSync(path, 'utf8');

/** Links of a page to places in the project that are not there. */
export function brokenLinks(path: string): string[] {
  return [...pageText(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(path, target));
}

function leadsSomewhere(from: string, target: string): boolean {
  const [file, heading] = target.split('#', 2);
  const path = file === '' ? from : normalize(join(dirname(from), file));
  if (!existsSync(path)) return false;
  return heading === undefined || headings(path).includes(heading);
}

/** Headings as GitHub makes anchors of them. */
function headings(path: string): string[] {
  return [...pageText(path).matchAll(/^#+ (.+)$/gm)].map(([, text]) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Files, and the folders of src: other folders may be made by those who need them first. */
const PROJECT_PATH = /`((?:src\/[\w./-]+)|(?:(?:test|docs|bench|captures|native-bindings|scripts)\/[\w./-]*\w))`/g;

/** Files and folders that a page names and that are not there. */
export function missingPaths(path: string): string[] {
  return [...pageText(path).matchAll(PROJECT_PATH)].map(([, named]) => named).filter((named) => !existsSync(named));
}

/** Indented and fenced blocks of a page, without their indentation. */
export function codeBlocks(path: string): string[] {
  const blocks: string[] = [];
  for (const [index, text] of pageText(path)
    .split(/^```.*$/m)
    .entries()) {
    if (index % 2 === 1) blocks.push(text);
    else blocks.push(...indentedBlocks(text));
  }
  return blocks;
}

function indentedBlocks(text: string): string[] {
  const blocks = text.split(/\n(?! {4}|\n)/).map((piece) =>
    piece
      .split('\n')
      .filter((line) => line.startsWith('    '))
      .map((line) => line.slice(4))
      .join('\n'),
  );
  return blocks.filter((block) => block !== '');
}

/** Command lines of the program in the code blocks of a page, up to the first pipe; continued lines are joined. */
export function commandLines(path: string): string[] {
  return codeBlocks(path)
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => line.split(' | '))
    .map((part) => part.replace(/\s*\|$/, '').trim())
    .filter((part) => part.startsWith('pcapcheck '));
}
