/** `npx node test/gallery/main.ts [port]` */
import { startGallery } from './gallery.ts';

const { url } = await startGallery(Number(process.argv[2] ?? 8099));
console.log(`Gallery: ${url}`);
