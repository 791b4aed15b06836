/** The HTML page in a browser: nothing runs that is not ours, and everything works with mouse, keyboard and screen reader. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/assess/types.ts';
import { DEMO_CAPTURE, reportOf } from '../../assess/demo.ts';
import { clear, HOSTILE_NAMES, hostile, trouble } from '../sample.ts';
import { hasChromium, TestBrowser } from './browser.ts';
import { rollout } from './rollout.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A browser takes its time to start and to end where others want the processor too, in milliseconds. */
const PATIENCE = 120_000;

/** Names that are markup, script, or end what they stand in. */
const MARKUP = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' onmouseover='alert(1)",
  'javascript:alert(1)',
  '{{constructor.constructor("alert(1)")()}}',
  '<!--',
  '<style>*{display:none}</style>',
  '<base href="http://192.0.2.1/">',
  '<iframe src="http://192.0.2.1/"></iframe>',
];

describe.skipIf(!hasChromium)('the HTML page in Chromium', () => {
  let browser: TestBrowser;
  let demo: Report;
  beforeAll(async () => {
    [browser, demo] = await Promise.all([TestBrowser.start(), reportOf([DEMO_CAPTURE], { hash: true })]);
  }, PATIENCE);
  afterAll(() => browser?.close(), PATIENCE);

  describe('hostile names', () => {
    it.each([...MARKUP, ...HOSTILE_NAMES].map((name) => [name.slice(0, 40), name]))(
      '%j is shown and does nothing',
      { timeout: PATIENCE },
      async (_, name) => {
        const { page, complaints, requests, dialogs } = await browser.open(hostile(name));
        await openEverything(page);
        expect({ complaints, requests, dialogs }).toEqual({ complaints: [], requests: [], dialogs: [] });
        await expect
          .poll(() => page.locator('main img, main iframe, main style, main script, main base').count())
          .toBe(0);
        expect(
          await page.evaluate(() =>
            [...document.querySelectorAll('body *')].flatMap((element) =>
              [...element.attributes].map(({ name }) => name).filter((attribute) => attribute.startsWith('on')),
            ),
          ),
        ).toEqual([]);
        if (MARKUP.includes(name)) expect(await page.locator('.message').first().textContent()).toBe(name);
      },
    );

    it('names as keys of the data change no object', async () => {
      const keys = { __proto__x: 1, constructor: 2 } as unknown as Record<string, number>;
      const { page, complaints } = await browser.open({
        ...trouble,
        coverage: { ...trouble.coverage, not_judged: keys },
      });
      expect(complaints).toEqual([]);
      expect(await page.locator('#coverage').textContent()).toContain('constructor');
    });
  });

  describe('findings', () => {
    it('are all there, the gravest kind first, with remedy and evidence', async () => {
      const { page } = await browser.open(demo);
      const card = page.locator('#finding-7');
      expect(await card.locator('h4').innerText()).toMatch(
        /7\s+MP01 \(10\.20\.0\.10\) →[\s\S]*SQL02 \(10\.30\.0\.40\) tcp 1433 \(SQL Server\)/,
      );
      expect(await card.locator('.fix').innerText()).toContain('Allow tcp/1433');
      const evidence = await card.locator('dl').innerText();
      for (const word of [
        'cm.mp-sql.sql',
        '2020-04-29',
        'frames 438, 439',
        'tcp.port == 1433',
        'type 3 code 13 from 10.255.0.1',
      ])
        expect(evidence).toContain(word);
      expect(await page.locator('#findings [role=status]').innerText()).toBe('15 findings and 21 notes, all shown');
    });

    it('are searched by several words, and by severity, kind and certainty', async () => {
      const { page } = await browser.open(demo);
      const cards = page.locator('#findings article.card:visible');
      const all = await cards.count();
      await page.locator('#search').fill('ws03 dc01');
      await expect.poll(() => cards.count()).toBe(1);
      await page.locator('#search').fill('no such thing');
      await expect.poll(() => cards.count()).toBe(0);
      await page.getByRole('button', { name: 'Show all findings' }).click();
      await expect.poll(() => cards.count()).toBe(all);
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('search');
      await page.getByRole('checkbox', { name: /^high/ }).uncheck();
      await expect.poll(() => page.locator('#findings article.card.high').count()).toBe(0);
      await page.getByRole('checkbox', { name: /^high/ }).check();
      await page.locator('#kind').selectOption('unexpected-port');
      await expect.poll(() => cards.count()).toBe(2);
      await page.locator('#kind').selectOption('');
      await page.locator('#proven').check();
      await expect.poll(() => page.locator('.badge.likely').count()).toBe(0);
    });

    it('from many sources are one card with a table of them', async () => {
      const { page } = await browser.open(trouble);
      const card = page.locator('#findings article.card', { hasText: 'Clients are refused' });
      const several = card.filter({ has: page.locator('details.sources') });
      await several.locator('summary').click();
      await expect.poll(() => several.locator('tbody tr').count()).toBeGreaterThan(1);
      // Each is accepted, and compared, by its own.
      const own = trouble.findings.filter(({ message }) => message.startsWith('Clients are refused'));
      const told = await several.locator('tbody').innerText();
      for (const { fingerprint } of own) expect(told).toContain(fingerprint);
    });

    it('are reached by their address', async () => {
      const { page } = await browser.open(demo, { hash: '#finding-9' });
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('finding-9');
      await page.locator('#finding-9 a', { hasText: 'cm.client-mp.notification' }).click();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('rule-cm.client-mp.notification');
    });

    it('show fields and kinds of later versions', async () => {
      const [first] = trouble.findings;
      const later = {
        ...first,
        kind: 'brand-new-kind',
        rpc_interface: 'Task Scheduler',
        hops: [{ at: 'FW1', ttl: 63 }],
      };
      const report = { ...trouble, findings: [later], host_names: [{ ip: '10.1.1.1', seen_in: 'DNS' }] };
      const { page, complaints } = await browser.open(report as Report);
      expect(complaints).toEqual([]);
      expect(await page.locator('.kind h3').first().innerText()).toContain('BRAND NEW KIND');
      const text = await page.locator('#findings article.card').first().innerText();
      for (const word of ['Rpc interface', 'Task Scheduler', 'FW1', '63']) expect(text).toContain(word);
      expect(await page.locator('#more-host_names').innerText()).toContain('10.1.1.1');
      expect(await page.locator('#nav').innerText()).toContain('Host names');
    });
  });

  describe('role by role', () => {
    it('a crossing leads to its ports, connections and findings', async () => {
      const { page } = await browser.open(demo);
      await page.getByRole('button', { name: /^mp to sql-server: 1 blocked/ }).click();
      const panel = page.locator('#crossing');
      const text = await panel.innerText();
      for (const word of [
        'tcp 1433 (SQL Server)',
        'cm.mp-sql.sql',
        'MP01 (10.20.0.10)',
        'blocked',
        'frames 438, 439',
      ]) {
        expect(text).toContain(word);
      }
      await panel.getByRole('link', { name: 'finding 7' }).click();
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('finding-7');
    });

    it('is one stop of the Tab key, and arrows move over empty crossings', async () => {
      const { page } = await browser.open(demo);
      const cells = page.locator('.cell');
      expect(await cells.evaluateAll((all) => all.filter((cell) => (cell as HTMLElement).tabIndex === 0).length)).toBe(
        1,
      );
      await page.locator('.cell[tabindex="0"]').focus();
      const label = (): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute('title') ?? '');
      const start = await label();
      await page.keyboard.press('ArrowRight');
      const right = await label();
      expect(right).not.toBe(start);
      await page.keyboard.press('ArrowLeft');
      expect(await label()).toBe(start);
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('crossing');
    });

    it('says by a sign what its colours say', async () => {
      const { page } = await browser.open(demo);
      const signs = await page
        .locator('.cell')
        .evaluateAll((cells) =>
          cells.map((cell) =>
            [cell.className.split(' ')[1], cell.querySelector('[aria-hidden]')!.textContent!.charAt(0)].join(' '),
          ),
        );
      expect([...new Set(signs)].sort()).toEqual([
        'blocked ✕',
        'expected ✓',
        'forbidden ⊘',
        'not-seen ○',
        'probably-blocked ✕',
        'unexpected !',
      ]);
    });
  });

  describe('network boots', () => {
    it('a relay with two addresses is one column, and a PXE server that it asks no DHCP server', async () => {
      const report = await reportOf(['captures/pxe/only-69-firewall.pcap.gz'], { site: 'captures/pxe/site.yaml' });
      const { page } = await browser.open(report);
      const texts = (name: string): Promise<unknown> =>
        page
          .locator(`svg.ladder ${name}`)
          .evaluateAll((names) => names.map(({ firstChild }) => firstChild?.textContent));
      expect(await texts('.who')).toEqual(['client', 'DHCP relay', 'DHCP server', 'distribution point']);
      expect(await texts('.ip')).toEqual([
        '10.77.1.113',
        'FW 10.77.2.1, 10.77.1.1',
        'DHCP01 10.77.2.10',
        'DP01 10.77.2.20',
      ]);
    });

    it('near the client a relay is told by the server identifiers that it hands on, and no server is made of it', async () => {
      const who = async (capture: string, site: string): Promise<unknown> => {
        const { page } = await browser.open(await reportOf([capture], { site }));
        return page
          .locator('svg.ladder .who')
          .evaluateAll((names) => names.map(({ firstChild }) => firstChild?.textContent));
      };
      const one = 'captures/pxe/bios-success-client.pcap.gz';
      expect(await who(one, 'captures/pxe/site.yaml')).toEqual(['client', 'DHCP relay', 'distribution point']);
    });

    it('a ladder tells where the boot stopped, in red and in words', async () => {
      const { page } = await browser.open(rollout(3));
      const ladder = page.locator('svg.ladder');
      expect(
        await ladder.locator('.who').evaluateAll((names) => names.map(({ firstChild }) => firstChild?.textContent)),
      ).toEqual(['client', 'DHCP server', 'distribution point']);
      expect(
        await ladder.locator('.ip').evaluateAll((names) => names.map(({ firstChild }) => firstChild?.textContent)),
      ).toEqual(['10.1.0.0', 'DHCP01 10.20.0.16', 'DP01 10.20.0.12']);
      expect(await ladder.locator('.rung').count()).toBe(rollout(3).pxe_clients[0].steps.length);
      expect(await ladder.locator('.rung.failed .message').textContent()).toContain('TFTP read');
      expect(await ladder.locator('.stop text').textContent()).toContain('Stopped: the file did not arrive');
      expect(await ladder.getAttribute('aria-label')).toContain('Stopped: the file did not arrive');
      const red = await ladder.locator('.rung.failed .wire').evaluate((wire) => getComputedStyle(wire).stroke);
      expect(red).toBe('rgb(196, 43, 38)');
    });

    it('another machine is chosen, and the list is filtered and searched', async () => {
      const { page } = await browser.open(rollout(500));
      const rows = page.locator('table.machines tbody tr');
      await expect.poll(() => rows.count()).toBe(60);
      await page.getByRole('button', { name: /more of 440 machines/ }).click();
      await expect.poll(() => rows.count()).toBe(120);
      await page.locator('#machine').fill('00:15:5d:00:01:90');
      await expect.poll(() => rows.count()).toBe(1);
      await rows.first().getByRole('button').click();
      expect(await page.locator('#boot h3').innerText()).toBe('00:15:5d:00:01:90');
      await page.locator('#machine').fill('');
      await page.getByRole('button', { name: /^✓? ?loaded/ }).click();
      await expect
        .poll(() => rows.count())
        .toBe(rollout(500).pxe_clients.filter(({ reached }) => reached === 'loaded').length);
    });
  });

  describe('for everybody', () => {
    it.each([
      ['the demo', () => demo],
      ['a site in trouble', () => trouble],
      ['a clean site', () => clear],
      ['a rollout', () => rollout(40)],
    ])(
      '%s has no fault that axe finds, in light and dark, wide and narrow',
      { timeout: 240_000 },
      async (_, report) => {
        for (const colorScheme of ['light', 'dark'] as const) {
          for (const width of [1280, 390]) {
            const { page } = await browser.open(report(), {
              colorScheme,
              viewport: { width, height: 900 },
              bypassCSP: true,
            });
            await openEverything(page);
            await page.evaluate(AXE);
            const faults = await page.evaluate(async () => {
              const { violations } = await (
                globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
              ).axe.run();
              return violations.map(
                ({ id, nodes }) =>
                  `${id}: ${nodes
                    .slice(0, 3)
                    .map(({ html }) => html)
                    .join(' | ')}`,
              );
            });
            expect(faults, `${colorScheme}, ${width}`).toEqual([]);
            expect(await page.evaluate(() => document.documentElement.scrollWidth), `${width}`).toBeLessThanOrEqual(
              width,
            );
            await page.context().close();
          }
        }
      },
    );

    it('the keyboard reaches search, map, boots and links', async () => {
      const { page } = await browser.open(demo);
      await page.keyboard.press('Tab');
      await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the findings');
      await page.keyboard.press('Enter');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main');
      await page.keyboard.press('/');
      await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('search');
      await page.keyboard.type('kerberos');
      await expect.poll(() => page.locator('#findings article.card').count()).toBe(1);
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('#findings article.card').count()).toBeGreaterThan(1);
    });

    it('whoever is quicker than the news of a followed link keeps the focus', async () => {
      const { page } = await browser.open(demo);
      const focused = await page.evaluate(async () => {
        location.hash = 'main';
        document.getElementById('main')!.focus();
        document.getElementById('search')!.focus();
        await new Promise((heard) => addEventListener('hashchange', () => setTimeout(heard, 50)));
        return document.activeElement?.id;
      });
      expect(focused).toBe('search');
    });

    it('colours follow the system until somebody chooses', async () => {
      const { page } = await browser.open(demo, { colorScheme: 'dark' });
      const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(await ground()).toBe('rgb(14, 18, 23)');
      await page.locator('#theme').selectOption('light');
      expect(await ground()).toBe('rgb(244, 246, 248)');
    });

    it('paper gets what is folded, and no buttons', async () => {
      const { page } = await browser.open(demo, { colorScheme: 'dark' });
      await page.emulateMedia({ media: 'print' });
      await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
      await expect.poll(() => page.locator('details:not([open]):not(.rule-state)').count()).toBe(0);
      await expect.poll(() => page.locator('.filters:visible, nav:visible, .copy:visible').count()).toBe(0);
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
      expect((await page.pdf()).length).toBeGreaterThan(10_000);
    });

    it('paper gets the tables that are made when they are unfolded, as the event of the browser ends', async () => {
      const { page } = await browser.open(demo);
      const empty = await page.evaluate(() => {
        dispatchEvent(new Event('beforeprint'));
        const unfolded = [...document.querySelectorAll('details[open]')];
        return unfolded
          .filter((details) => details.querySelector('tbody tr, li, p') === null)
          .map((one) => one.textContent);
      });
      expect(empty).toEqual([]);
    });

    it('paper counts what a list leaves to its button', async () => {
      const { page } = await browser.open(rollout(300));
      const rest = page.locator('.machine-list .on-paper');
      expect(await rest.isVisible()).toBe(false);
      await page.emulateMedia({ media: 'print' });
      expect(await rest.isVisible()).toBe(true);
      expect(await rest.innerText()).toBe('and 240 more machines: paper shows as many as the page did');
      expect(await page.locator('.machine-list button.more').isVisible()).toBe(false);
    });

    it('in a narrow window a row of a table is no taller than a screen', async () => {
      const { page } = await browser.open(demo, { viewport: { width: 400, height: 900 } });
      const tallest = await page.evaluate(() =>
        Math.max(...[...document.querySelectorAll('#rules tbody tr')].map((row) => row.getBoundingClientRect().height)),
      );
      expect(tallest).toBeGreaterThan(0);
      expect(tallest).toBeLessThan(150);
    });

    it('without scripts the verdict stands there', async () => {
      const { page } = await browser.open(demo, { javaScriptEnabled: false });
      expect(await page.locator('h1').innerText()).toContain('BLOCKED');
      expect(await page.locator('noscript').innerText()).toContain('scripts are switched off');
    });
  });

  describe('inputs', () => {
    it('are told with their hashes, or why there is none', async () => {
      const { page } = await browser.open(demo);
      expect(await page.locator('#inputs').innerText()).toContain(demo.captures[0].sha256);
      const piped = { ...demo, captures: [{ ...demo.captures[0], path: '-', bytes: null, sha256: null }] };
      const { page: other } = await browser.open(piped);
      expect(await other.locator('#inputs').innerText()).toContain('not available: it was read from a pipe');
    });
  });

  it('every part of a report has its section', async () => {
    const { page } = await browser.open(trouble);
    await expect.poll(() => page.locator('main > section[id^="more-"]').count()).toBe(0);
    for (const [name, list] of Object.entries({ rpc: trouble.rpc_connections, 'firewall-logs': trouble.firewall_logs }))
      expect(await page.locator(`#${name}`).count(), name).toBe(list.length > 0 ? 1 : 0);
    expect(await page.locator('#exceptions').innerText()).toContain(trouble.exceptions[0].reason);
  });

  it('loads nothing, and complains of nothing', async () => {
    for (const report of [demo, trouble, clear]) {
      const { page, complaints, requests } = await browser.open(report);
      await openEverything(page);
      expect({ complaints, requests }).toEqual({ complaints: [], requests: [] });
    }
  });

  it('thousands of findings are usable at once', async () => {
    const findings = Array.from({ length: 10_000 }, (_, i) => ({
      ...trouble.findings[0],
      dest_ip: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
      dest_name: `SRV${i}`,
    }));
    const { page } = await browser.open({ ...trouble, findings });
    await expect.poll(() => page.locator('#findings article.card').count()).toBeLessThan(100);
    await page.locator('#search').fill('srv9999');
    await expect.poll(() => page.locator('#findings article.card').count()).toBe(1);
    await page.locator('#search').fill('');
    await page.evaluate(() => {
      location.hash = '#finding-900';
    });
    await page.waitForFunction('document.activeElement?.id === "finding-900"');
  });
});

interface Violation {
  id: string;
  nodes: { html: string }[];
}

/** Unfolds what is folded, presses every crossing, every machine. */
async function openEverything(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true;
    for (const button of document.querySelectorAll<HTMLElement>('.cell')) button.click();
    for (const button of document.querySelectorAll<HTMLElement>('.machines button.link')) button.click();
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
}
