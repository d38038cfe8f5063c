/** The start-up guard: an older Node fails silently or in the middle of something (package.json "engines"). */
const needed = [24, 15] as const;

/** Ends the process with one clear line when `version` (as in `process.versions.node`) is too old. */
export function refuseOldNode(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  process.stderr.write(`Sekisho needs Node ${needed.join('.')} or later; this is ${version}. Use "npm start".\n`);
  process.exit(1);
}
