/** `npx node test/gallery/screenshots.ts FOLDER [part of a page's name]`: each page × language × light, dark × desktop, phone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { languages } from '../../src/http/views/language.ts';
import { launchChromium } from './browser.ts';
import { pageNames, startGallery } from './gallery.ts';

const [folder = 'test-output/gallery', part = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const gallery = await startGallery();
const browser = await launchChromium();
const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 360, height: 720 } };

for (const [size, viewport] of Object.entries(sizes)) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme, timezoneId: 'Asia/Tokyo' });
    const page = await context.newPage();
    for (const name of pageNames.filter((each) => each.includes(part))) {
      for (const language of languages) {
        await page.goto(`${gallery.url}/${language}/${name}`);
        await page.screenshot({ path: join(folder, `${name}.${language}.${size}.${colorScheme}.png`), fullPage: true });
      }
    }
    await context.close();
  }
}
await browser.close();
await gallery.close();
