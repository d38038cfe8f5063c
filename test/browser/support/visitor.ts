/**
 * Somebody at a real Chromium with an own profile: goes through pages, and writes down everything that is wrong with
 * them: errors on the console (violations of our Content-Security-Policy are errors there), scripts that throw,
 * violations that axe finds.
 *
 * With `SEKISHO_TEST_SCREENSHOTS=<folder>` every page looked at is kept as a picture.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.SEKISHO_TEST_SCREENSHOTS;

export interface Visitor {
  page: Page;
  /** One line each; a test expects none. */
  problems: string[];
  /** Every address that the browser has navigated to, redirects included. */
  visited: string[];
  /** Judges the page that is shown; `name` appears in problems and names the picture. */
  look(name: string): Promise<void>;
  leave(): Promise<void>;
}

export async function createVisitor(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'Asia/Tokyo', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const problems: string[] = [];
  const visited: string[] = [];
  page.on('request', (request) => {
    if (request.isNavigationRequest()) visited.push(request.url());
  });
  page.on('console', (message) => {
    // A page that says why something is refused comes with an honest status, which Chromium calls an error.
    const isStatusOfPage = /^Failed to load resource/.test(message.text()) && visited.includes(message.location().url);
    if (message.type() === 'error' && !isStatusOfPage) problems.push(`console of ${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`script of ${page.url()}: ${error.message}`));

  async function look(name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
    // Where script is off, axe could not run; the same pages are judged with script on.
    if (options.javaScriptEnabled === false) return;
    // Through the debugger: the page's own policy forbids inline script, and stays in force.
    await page.evaluate(axe);
    const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
    for (const { id, nodes } of results.violations)
      problems.push(`${name}: ${id}: ${nodes.map((node) => node.html).join(' | ')}`);
  }

  return { page, problems, visited, look, leave: () => context.close() };
}
