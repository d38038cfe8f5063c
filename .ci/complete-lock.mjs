/**
 * Completes package-lock.json after `npm install` behind a registry that lacks packages for other platforms: npm leaves
 * those out of the lock file, and `npm ci` then refuses it everywhere. Each missing optional dependency is entered with
 * the exact version that its parent names and the platform that its name tells; npm skips it elsewhere without asking.
 * Run from the top of the project: `node .ci/complete-lock.mjs`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8'));
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = {
  x64: 'x64',
  arm64: 'arm64',
  ia32: 'ia32',
  i686: 'ia32',
  armv7: 'arm',
  arm: 'arm',
  ppc64: 'ppc64',
  ppc64le: 'ppc64',
  powerpc64le: 'ppc64',
  riscv64: 'riscv64',
  riscv64gc: 'riscv64',
  s390x: 's390x',
  loong64: 'loong64',
  mips64el: 'mips64el',
  wasm32: 'wasm32',
  universal: undefined,
};

function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = Object.entries(processors).find(([word]) => words.includes(word))?.[1];
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.some((word) => word.startsWith('gnu'))
      ? 'glibc'
      : undefined;
  if (os === undefined && cpu === undefined) return undefined;
  return { ...(cpu && { cpu: [cpu] }), ...(libc && os === 'linux' && { libc: [libc] }), ...(os && { os: [os] }) };
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${path}${path === '' ? '' : '/'}node_modules/${name}`;
    const hoisted = `node_modules/${name}`;
    if (lock.packages[nested] || lock.packages[hoisted]) continue;
    const platform = platformOf(name);
    if (!platform || !/^\d/.test(version)) {
      console.error(`${name}@${version} of ${path} is missing and its platform is not known`);
      process.exitCode = 1;
      continue;
    }
    lock.packages[hoisted] = { version, ...platform, ...(entry.dev && { dev: true }), optional: true };
    added++;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} entries added`);
