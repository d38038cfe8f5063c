/** A form with a file, as a browser sends it. */
export async function multipartOf(
  fields: Readonly<Record<string, string>>,
  file?: { name: string; fileName: string; text: string },
): Promise<{ body: string; headers: Record<string, string> }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  if (file) form.set(file.name, new File([file.text], file.fileName, { type: 'text/xml' }));
  const response = new Response(form);
  // Without a file chosen browsers say `filename=""`, and undici says nothing.
  const body = (await response.text()).replace(`name="${file?.name}"\r\n`, `name="${file?.name}"; filename=""\r\n`);
  return { body, headers: { 'content-type': response.headers.get('content-type') ?? '' } };
}
