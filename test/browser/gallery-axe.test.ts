import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Language, languages } from '../../src/core/language.ts';
import { hasChromium, launchChromium } from '../gallery/browser.ts';
import { pageNames, startGallery } from '../gallery/gallery.ts';
import { describeIf } from '../support/skips.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/**
 * Every page is judged in each language once, and in each colour scheme once: what axe finds is in the markup, which is
 * the same in both, or in the colours. What does not fit is found by its width, in either language, on the phone.
 */
const modes = [
  {
    name: 'desktop, light',
    viewport: { width: 1280, height: 800 },
    colorScheme: 'light' as const,
    shown: ['en'] as readonly Language[],
    judged: 'en' as Language,
  },
  {
    name: 'phone, dark',
    viewport: { width: 360, height: 720 },
    colorScheme: 'dark' as const,
    shown: languages as readonly Language[],
    judged: 'ja' as Language,
  },
];

describeIf(hasChromium, '/usr/bin/chromium is not installed')('every page of the gallery', () => {
  let browser: Browser;
  let gallery: { url: string; close(): Promise<void> };
  beforeAll(async () => {
    gallery = await startGallery();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await gallery?.close();
  });

  async function visit(
    mode: (typeof modes)[number],
    look: (page: Page, name: string, language: Language) => Promise<void>,
  ) {
    const { viewport, colorScheme } = mode;
    const options = { viewport, colorScheme };
    const context = await browser.newContext({ ...options, timezoneId: 'Asia/Tokyo', reducedMotion: 'reduce' });
    const page = await context.newPage();
    // Without its script the page that leaves by itself stays to be looked at.
    await page.route('**/enhance.js', (route) =>
      page.url().endsWith('/leaving') || route.request().headers().referer?.endsWith('/leaving')
        ? route.fulfill({ contentType: 'text/javascript', body: '' })
        : route.continue(),
    );
    for (const name of pageNames)
      for (const language of mode.shown) {
        const said: string[] = [];
        const listener = (message: { type(): string; text(): string }) => {
          if (message.type() === 'error') said.push(message.text());
        };
        page.on('console', listener);
        await page.goto(`${gallery.url}/${language}/${name}`);
        page.off('console', listener);
        expect(said, `console errors of ${language}/${name}`).toEqual([]);
        await look(page, `${language}/${name}`, language);
      }
    await context.close();
  }

  it.each(modes)(
    'has no accessibility violation and no sideways scrolling ($name)',
    { timeout: 300_000 },
    async (mode) => {
      const problems: string[] = [];
      await visit(mode, async (page, name, language) => {
        const width = await page.evaluate('document.documentElement.scrollWidth');
        if (width !== mode.viewport.width) problems.push(`${name}: ${width} pixels wide`);
        if (language !== mode.judged) return;
        // Through the debugger: the page's own policy forbids inline script, and stays in force.
        await page.evaluate(axe);
        const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
        for (const violation of results.violations)
          problems.push(`${name}: ${violation.id}: ${violation.nodes.map((node) => node.html).join(' | ')}`);
      });
      expect(problems).toEqual([]);
    },
  );
});
