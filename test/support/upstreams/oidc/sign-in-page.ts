/** The simulated upstream's own sign-in page: plain HTML, a name of its own, nothing to do with the broker's look. */
export interface Brand {
  name: string;
  /** CSS colour of bar and button. */
  colour: string;
}

export function signInPage(brand: Brand, request: string, hint: string, failed: boolean): string {
  const message = failed ? '<p class="error" role="alert">Unable to sign in. Check user name and password.</p>' : '';
  return page(
    brand,
    `<h1>Sign in</h1>${message}
<form method="post" action="/simulator/sign-in">
<input type="hidden" name="request" value="${escapeHtml(request)}">
<label>User name<input name="username" autocomplete="username" value="${escapeHtml(hint)}" required></label>
<label>Password<input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Sign in</button>
</form>`,
  );
}

export function messagePage(brand: Brand, title: string, text: string): string {
  return page(brand, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`);
}

function page(brand: Brand, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(brand.name)}</title><link rel="icon" href="data:,"><style>
*{box-sizing:border-box}body{margin:0;font:16px/1.5 system-ui,sans-serif;background:#eef0f2;color:#1c2024}
header{background:${brand.colour};color:#fff;padding:12px 24px;font-weight:600}
main{max-width:360px;margin:64px auto;padding:32px;background:#fff;border:1px solid #d5d9de;border-radius:4px}
h1{margin:0 0 16px;font-size:22px}label{display:block;margin:0 0 16px;font-size:14px}
input{display:block;width:100%;margin-top:4px;padding:8px;font:inherit;border:1px solid #8b939c;border-radius:3px}
button{width:100%;padding:10px;font:inherit;font-weight:600;color:#fff;background:${brand.colour};border:0;border-radius:3px;cursor:pointer}
.error{padding:8px;background:#fdecec;color:#8a1212;border-radius:3px;font-size:14px}
footer{text-align:center;font-size:13px;color:#545b64}
</style></head><body><header>${escapeHtml(brand.name)}</header><main>${body}</main>
<footer>A simulated identity provider for tests and the demo</footer></body></html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
