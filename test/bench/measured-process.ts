/** What every measured process answers about itself, beside its own questions. */
import { writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { serveParent } from '../demo/child.ts';

export interface Usage {
  /** User and system, all threads, in milliseconds. */
  cpuMs: number;
  rssMb: number;
}

let profiler: Session | undefined;

export function serveMeasured(handlers: Parameters<typeof serveParent>[0]): void {
  serveParent({
    ...handlers,
    async usage(): Promise<Usage> {
      const { user, system } = process.cpuUsage();
      return { cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 2 ** 20 };
    },
    async startProfile() {
      profiler = new Session();
      profiler.connect();
      await profiler.post('Profiler.enable');
      await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
      await profiler.post('Profiler.start');
    },
    /** For Chromium's developer tools, or any other reader of `.cpuprofile`. */
    async stopProfile(file: string) {
      const stopped = await profiler?.post('Profiler.stop');
      profiler?.disconnect();
      await writeFile(file, JSON.stringify(stopped?.profile));
    },
  });
}
