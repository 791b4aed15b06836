/**
 * The report as one page for a browser: everything is in the file, nothing is loaded, nothing is sent. The verdict and the frame
 * of the page are written here; the rest is built in the browser from the report, which lies in the page as data (html/main.ts).
 */
import { createHash } from 'node:crypto';
import type { Report } from '../assess/types.ts';
import page from './html/main.ts?page';

import { type PageData, pageData } from './page-data.ts';
import { printableData } from './printable.ts';
import { basis, verdict, warnings } from './terminal/verdict.ts';

/** The page in pieces of bounded size. The same report gives the same bytes. */
export function* renderHtml(report: Report): Generator<string> {
  const safe = printableData(report);
  yield head(safe);
  yield* dataBlock(pageData(safe));
  yield `<script>${page.script}</script>\n</body>\n</html>\n`;
}

/** Text between tags, or in an attribute with double quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** JSON that no HTML parser leaves before its end, whatever its strings hold. */
export function escapeJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/**
 * Nothing but our own script and style, which are known by their hashes; no network at all; and no text ever becomes markup
 * (https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/).
 */
const POLICY = [
  "default-src 'none'",
  `script-src ${hashSource(page.script)}`,
  `style-src ${hashSource(page.style)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const ICONS = { alarm: '✕', warn: '!', good: '✓' } as const;

function head(report: Report): string {
  const sentences = verdict(report);
  const tone = sentences.some((sentence) => sentence.tone === 'alarm')
    ? 'alarm'
    : sentences[0]!.tone === 'good'
      ? 'good'
      : 'warn';
  const title = report.topology?.name ?? report.captures[0]?.path ?? 'report';
  const [first, ...rest] = sentences.map(({ text }) => escapeHtml(text));
  return `<!doctype html>
<html lang="en" data-theme="auto">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="pcapcheck ${escapeHtml(report.tool.version)}">
<title>${escapeHtml(`${title.slice(0, 120)}: pcapcheck`)}</title>
<link rel="icon" href="data:,">
<style>${page.style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the findings</a>
<header class="top">
<div class="bar"><p class="brand"><span class="mark" aria-hidden="true"></span>pcapcheck</p><p class="site">${escapeHtml(title)}</p><div id="tools"></div></div>
<nav id="nav" aria-label="Sections"></nav>
</header>
<section class="verdict ${tone}" aria-labelledby="verdict">
<span class="sign" aria-hidden="true">${ICONS[tone]}</span>
<div>
<h1 id="verdict">${first}</h1>
${rest.map((sentence) => `<p class="also">${sentence}</p>\n`).join('')}<p class="basis">${escapeHtml(basis(report))}</p>
${warnings(report, 'Coverage')
  .map((warning) => `<p class="doubt">${escapeHtml(warning)}</p>\n`)
  .join('')}</div>
</section>
<noscript><p class="notice">This page builds its tables with a script that is part of the file, and scripts are switched off here. What counts is in the lines above; "pcapcheck --format terminal" prints the rest as text.</p></noscript>
<main id="main" tabindex="-1"></main>
<footer><p>Made by pcapcheck ${escapeHtml(report.tool.version)} from the files named under <a href="#inputs">Inputs</a>. This page loads nothing and sends nothing.</p></footer>
`;
}

/** The data as JSON, list by list. */
function* dataBlock(data: PageData): Generator<string> {
  const { report, ...rest } = data;
  yield '<script type="application/json" id="data">{"report":{';
  for (const [index, [key, value]] of Object.entries(report).entries()) {
    yield `${index === 0 ? '' : ','}${json(key)}:`;
    if (Array.isArray(value)) yield* listBlock(value);
    else yield json(value);
  }
  yield `},${json(rest).slice(1)}</script>\n`;
}

function* listBlock(items: unknown[]): Generator<string> {
  for (const [index, item] of items.entries()) yield `${index === 0 ? '[' : ','}${json(item)}`;
  yield items.length === 0 ? '[]' : ']';
}

const json = (value: unknown): string => escapeJson(JSON.stringify(value) ?? 'null');
