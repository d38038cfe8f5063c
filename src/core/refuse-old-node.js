/**
 * The start-up guard: an older Node fails silently or in the middle of something (package.json "engines").
 *
 * Plain JavaScript, because a Node that cannot run TypeScript must still be able to say so. The npm scripts load it with
 * `--import`, before the first TypeScript file; `main.ts` and the command line import it first.
 */
const needed = [24, 15];

/**
 * Ends the process with one clear line when `version` is too old.
 * @param {string} version As in `process.versions.node`.
 */
export function refuseOldNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  process.stderr.write(`Sekisho needs Node ${needed.join('.')} or later; this is ${version}. Use "npm start".\n`);
  process.exit(1);
}

refuseOldNode(process.versions.node);
