/** Debian's Chromium, headless, as a reader's browser. Tests that need it skip where it is not installed; the check of a fresh machine installs it. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Report } from '../../../src/assess/types.ts';
import { renderHtml } from '../../../src/report/html.ts';

const CHROMIUM = process.env.PCAPCHECK_CHROMIUM ?? '/usr/bin/chromium';

export const hasChromium = existsSync(CHROMIUM);
if (!hasChromium) console.warn(`tests of the HTML page skipped: no ${CHROMIUM}; apt-get install chromium`);

/** Nothing of it asks for the network by itself. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page that was opened, and all that went wrong in it. */
export interface Opened {
  page: Page;
  /** Errors, refusals by the policy, and warnings of the console. */
  complaints: string[];
  /** Everything that it tried to load but itself. */
  requests: string[];
  /** Dialogs that it opened. */
  dialogs: string[];
}

export class TestBrowser {
  readonly #browser: Browser;
  readonly #folder = mkdtempSync(join(tmpdir(), 'pcapcheck-page-'));
  #files = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async start(): Promise<TestBrowser> {
    return new TestBrowser(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS }));
  }

  /** Opens the page of a report from a file, as from a share. */
  async open(report: Report, options: BrowserContextOptions & { hash?: string } = {}): Promise<Opened> {
    const path = join(this.#folder, `report-${this.#files++}.html`);
    writeFileSync(path, [...renderHtml(report)].join(''));
    const { hash = '', ...look } = options;
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...look });
    // The tests of everything else may keep the machine busy.
    context.setDefaultTimeout(90_000);
    const page = await context.newPage();
    const opened: Opened = { page, complaints: [], requests: [], dialogs: [] };
    page.on('console', (message) => {
      if (message.type() !== 'log') opened.complaints.push(message.text());
    });
    page.on('pageerror', (error) => opened.complaints.push(error.message));
    page.on('request', (request) => {
      if (request.url() !== page.url() && !request.isNavigationRequest()) opened.requests.push(request.url());
    });
    page.on('dialog', (dialog) => {
      opened.dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    await page.goto(`${pathToFileURL(path).href}${hash}`);
    if (look.javaScriptEnabled !== false)
      await page.waitForFunction('document.documentElement.dataset.ready === "true"');
    return opened;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
