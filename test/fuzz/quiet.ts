/** xmldom tells the console about every broken document; here there are hundreds of thousands. */
export function silenceConsole(): () => void {
  const { warn, error } = console;
  console.warn = console.error = () => undefined;
  return () => void Object.assign(console, { warn, error });
}
