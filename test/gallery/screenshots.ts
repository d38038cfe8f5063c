/** Pictures of every page: both languages, light and dark, desktop and phone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { languages } from '../../src/core/language.ts';
import { launchChromium } from './browser.ts';
import { pageNames, startGallery } from './gallery.ts';

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 720 } };

/** Writes `<page>.<language>.<size>.<scheme>.png` into `folder`, for pages whose name contains `part`. */
export async function takeScreenshots(folder: string, part: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const gallery = await startGallery();
  const browser = await launchChromium();

  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Asia/Tokyo' });
      const page = await context.newPage();
      for (const name of pageNames.filter((each) => each.includes(part))) {
        for (const language of languages) {
          await page.goto(`${gallery.url}/${language}/${name}`);
          await page.screenshot({
            path: join(folder, `${name}.${language}.${size}.${colorScheme}.png`),
            fullPage: true,
          });
        }
      }
      await context.close();
    }
  }
  await browser.close();
  await gallery.close();
}
