import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/assess/types.ts';
import { escapeHtml, escapeJson, renderHtml } from '../../src/report/html.ts';
import { PAGE_LIMITS, type PageData } from '../../src/report/page-data.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from './sample.ts';

const pageOf = (report: Report): string => [...renderHtml(report)].join('');

/** What the page's script will read. */
function dataOf(page: string): PageData {
  const block = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(page);
  return JSON.parse(block![1]) as PageData;
}

const contents = (page: string, tag: string): string[] =>
  [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(([, text]) => text);

describe('the HTML page', () => {
  it('says the verdict without its script', () => {
    const page = pageOf(trouble);
    expect(page).toMatch(/<h1 id="verdict">.*required connections .*are BLOCKED.*<\/h1>/);
    expect(page).toContain('held against site.yaml');
    expect(pageOf(clear)).toMatch(/<h1 id="verdict">NO FINDINGS/);
  });

  it('is the same for the same report', () => {
    expect(pageOf(trouble)).toBe(pageOf(structuredClone(trouble)));
  });

  it('comes in pieces of bounded size', () => {
    const findings = Array.from({ length: 2000 }, () => trouble.findings[0]);
    const longest = Math.max(...[...renderHtml({ ...trouble, findings })].map(({ length }) => length));
    expect(longest).toBeLessThan(200_000);
  });

  it('admits exactly its own script and style, and no network', () => {
    const page = pageOf(trouble);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)![1];
    const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [script] = contents(page, 'script');
    const [style] = contents(page, 'style');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    // Chromium keeps to a policy from where it stands in the document.
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
  });

  it('refers to nothing outside, and has no handler or style in an attribute', () => {
    const page = pageOf(trouble);
    const markup = page.replace(/<(script|style)\b[^>]*>.*?<\/\1>/gs, '');
    expect(markup).not.toMatch(/\son\w+=|\sstyle=|javascript:/i);
    expect([...markup.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, target]) => target)).toEqual([
      'data:,',
      '#main',
      '#inputs',
    ]);
    expect(contents(page, 'style')[0]).not.toMatch(/url\(|@import/);
    // Namespaces are names, not addresses.
    const [script] = contents(page, 'script');
    expect(script.match(/https?:\/\/[^"'`\s)]+/g) ?? []).toEqual(['http://www.w3.org/2000/svg']);
    expect(script).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|fetch\(|XMLHttp/,
    );
  });

  it.each(HOSTILE_NAMES)('holds %j as text', (name) => {
    const page = pageOf(hostile(name));
    expect(page.match(/<\/script/gi)).toHaveLength(2);
    expect(page.match(/<script/gi)).toHaveLength(2);
    expect(page).not.toMatch(/(?!\n|\u200c|\u200d)[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(dataOf(page).report.findings).toHaveLength(hostile(name).findings.length);
  });

  it.each([
    '</script><script>alert(1)</script>',
    '<!--<script>',
    ']]>',
    '--><img src=x onerror=alert(1)>',
    '\u2028',
    '&lt;',
  ])('reads %j back as it was', (name) => {
    const page = pageOf(hostile(name));
    expect(page.match(/<script/gi)).toHaveLength(2);
    expect(page).not.toContain('<img');
    const back = dataOf(page).report.findings[0].message;
    expect(back).toBe(name === '\u2028' ? '\\u{2028}' : name);
  });

  it('escapes for markup and for JSON', () => {
    expect(escapeHtml(`<a href="x">'&`)).toBe('&#60;a href=&#34;x&#34;&#62;&#39;&#38;');
    const text = JSON.stringify('<!--</script>&\u2028\u2029');
    expect(escapeJson(text)).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(escapeJson(text))).toBe(JSON.parse(text));
  });

  it('leaves out what is too much, and says how much', () => {
    const findings = Array.from({ length: PAGE_LIMITS.findings + 7 }, (_, i) => ({
      ...trouble.findings[0],
      severity: i < 10 ? ('info' as const) : ('high' as const),
    }));
    const data = dataOf(pageOf({ ...trouble, findings }));
    expect(data.report.findings).toHaveLength(PAGE_LIMITS.findings);
    expect(data.report.findings.filter(({ severity }) => severity === 'info')).toHaveLength(3);
    expect(data.left_out).toEqual({ findings: 7 });
  });

  it('knows the names of hosts only', () => {
    expect(dataOf(pageOf(trouble)).names).toEqual({ '10.20.0.11': 'MP01' });
    expect('endpoints' in dataOf(pageOf(trouble)).report).toBe(false);
  });
});
