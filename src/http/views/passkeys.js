// Passkeys (WebAuthn): offered where the browser has them; the ceremony runs before its form is sent.
(() => {
  const api = window.PublicKeyCredential;
  if (!api?.parseRequestOptionsFromJSON || !api.parseCreationOptionsFromJSON) return;
  const all = (selector) => document.querySelectorAll(selector);
  for (const element of all('[data-passkey-offer]')) element.hidden = false;
  for (const element of all('[data-without-passkeys]')) element.hidden = true;

  // The browser runs one ceremony at a time; the one that waits in a field gives way to the one that is clicked.
  let waiting;
  const challengeLasts = 4 * 60_000;

  for (const button of all('button[data-passkey]')) {
    button.hidden = false;
    button.form.addEventListener('submit', (event) => {
      if (event.submitter !== button) return;
      event.preventDefault();
      event.stopPropagation();
      clicked(button);
    });
    if (button.dataset.autofill !== undefined) offerInField(button);
  }
  addEventListener('pageshow', () => {
    for (const button of all('button[data-passkey]')) {
      button.disabled = false;
      fieldOf(button).value = '';
    }
  });

  async function clicked(button) {
    const problem = document.getElementById(button.dataset.problem);
    problem.textContent = '';
    button.disabled = true;
    waiting?.abort();
    try {
      await run(button, {});
    } catch (error) {
      button.disabled = false;
      button.focus();
      problem.textContent = wordsFor(error, button.dataset);
      if (button.dataset.autofill !== undefined) offerInField(button);
    }
  }

  // In the browser's own list of accounts, until one is chosen; the challenge is renewed before it runs out.
  async function offerInField(button) {
    if (!(await api.isConditionalMediationAvailable?.())) return;
    const abort = new AbortController();
    waiting = abort;
    const renewal = setTimeout(() => {
      abort.abort();
      offerInField(button);
    }, challengeLasts);
    try {
      await run(button, { mediation: 'conditional', signal: abort.signal });
    } catch {
      // Nobody has asked for it, so nobody is told.
    } finally {
      clearTimeout(renewal);
    }
  }

  async function run(button, how) {
    const { form, dataset } = button;
    const answer = await fetch(dataset.options, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({ csrf: form.elements.csrf.value }),
    });
    if (!answer.ok) throw new Error(`options: ${answer.status}`);
    const options = await answer.json();
    const credential =
      dataset.passkey === 'create'
        ? await navigator.credentials.create({ ...how, publicKey: api.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ ...how, publicKey: api.parseRequestOptionsFromJSON(options) });
    fieldOf(button).value = JSON.stringify(credential);
    form.submit();
  }

  function fieldOf(button) {
    return button.form.elements[button.dataset.field];
  }

  function wordsFor(error, { cancelled, known, failed }) {
    if (error.name === 'InvalidStateError') return known;
    return error.name === 'NotAllowedError' || error.name === 'AbortError' ? cancelled : failed;
  }
})();
