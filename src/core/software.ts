/** Which version of Sekisho this is: `package.json` says it. */
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

export const softwareVersion: string = version;
