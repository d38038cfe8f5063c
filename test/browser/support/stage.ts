/** A running demo and a Chromium for the tests of one file; what visitors have found wrong fails the test they came in. */
import { randomInt } from 'node:crypto';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import { createDemo, type Demo, type RunningDemo } from '../../demo/demo.ts';
import { upstreamPassword } from '../../demo/organizations.ts';
import { findTaken, type Ports, portsFrom } from '../../demo/ports.ts';
import { hasChromium, launchChromium } from '../../gallery/browser.ts';
import { describeIf } from '../../support/skips.ts';
import { createVisitor, type Visitor } from './visitor.ts';

export interface Stage {
  /** From the first test on. */
  readonly demo: RunningDemo;
  /** Somebody new, who leaves when the test ends. */
  visit(options?: BrowserContextOptions): Promise<Visitor>;
}

export function describeInChromium(title: string, body: (stage: Stage) => void): void {
  describeIf(hasChromium, '/usr/bin/chromium is not installed')(title, () => {
    let demo: Demo;
    let running: RunningDemo;
    let browser: Browser;
    const visitors: Visitor[] = [];

    beforeAll(async () => {
      demo = createDemo({
        ports: await freePorts(),
        output: 'quiet',
        logLevel: 'warn',
        onProgress: () => {},
        onCrash: (message) => console.error(message),
      });
      [running, browser] = await Promise.all([demo.start(), launchChromium()]);
    });
    afterAll(async () => {
      await browser?.close();
      await demo.stop();
    });
    afterEach(async () => {
      const present = visitors.splice(0);
      for (const { leave } of present) await leave();
      expect(present.flatMap(({ problems }) => problems)).toEqual([]);
    });

    vi.setConfig({ testTimeout: 60_000 });
    body({
      get demo() {
        return running;
      },
      async visit(options) {
        const visitor = await createVisitor(browser, options);
        visitors.push(visitor);
        return visitor;
      },
    });
  });
}

/** On a simulated upstream's own page. */
export async function signInUpstream(page: Page, username: string): Promise<void> {
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(upstreamPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Below the range from which the system hands out ports by itself. */
async function freePorts(): Promise<Ports> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const ports = portsFrom(randomInt(1100, 3200) * 10);
    if ((await findTaken(ports)).length === 0) return ports;
  }
  throw new Error('no free row of ports');
}
