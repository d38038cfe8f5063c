/**
 * `npx node test/gallery/main.ts [port]` serves every page;
 * `npx node test/gallery/main.ts screenshots FOLDER [part of a page's name]` takes their pictures.
 */
import { startGallery } from './gallery.ts';
import { takeScreenshots } from './screenshots.ts';

const [first = '8099', folder = 'test-output/gallery', part = ''] = process.argv.slice(2);
if (first === 'screenshots') await takeScreenshots(folder, part);
else console.log(`Gallery: ${(await startGallery(Number(first))).url}`);
