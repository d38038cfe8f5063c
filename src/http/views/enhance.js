// Progressive enhancement, the only script of these pages: everything works without it.
(() => {
  const all = (selector) => document.querySelectorAll(selector);

  // SAML by HTTP-POST: go on by itself, except after Back, which would throw the person forward again.
  const leaving = document.querySelector('form[data-auto-submit]');
  const arrival = performance.getEntriesByType('navigation')[0];
  if (leaving && arrival?.type !== 'back_forward') leaving.submit();

  // One submission per click; a page restored from the back-forward cache is usable again.
  addEventListener('submit', (event) => {
    if (event.target.dataset.sent) return event.preventDefault();
    event.target.dataset.sent = 'yes';
    // A shown password must not be kept by the browser as ordinary text.
    for (const button of event.target.querySelectorAll('[data-reveal][aria-pressed=true]')) button.click();
  });
  addEventListener('pageshow', () => {
    for (const form of all('form[data-sent]')) delete form.dataset.sent;
  });

  // Dates in the reader's own zone, now here and from the next page on by the server.
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API needs https, the demo has none
  if (zone) document.cookie = `sekisho_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax`;
  const dates = new Intl.DateTimeFormat(document.documentElement.lang, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  });
  for (const time of all('time[data-local]')) time.textContent = dates.format(new Date(time.dateTime));

  for (const button of all('button[data-copy]')) {
    const label = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      say(button.dataset.copied);
      setTimeout(() => {
        button.textContent = label;
      }, 2000);
    });
  }

  for (const button of all('button[data-reveal]')) {
    const input = document.getElementById(button.dataset.reveal);
    button.hidden = false;
    button.addEventListener('click', () => {
      const shown = input.type === 'password';
      input.type = shown ? 'text' : 'password';
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
      button.setAttribute('aria-pressed', String(shown));
    });
  }

  // Inactivity: warn, then let the server say why. Activity in another window of the same session moves the end.
  const warning = document.querySelector('dialog[data-ends-in]');
  if (warning) {
    const length = warning.dataset.endsIn * 1000;
    const notice = warning.dataset.warnFor * 1000;
    const left = warning.querySelector('[data-left]');
    let end = Date.now() + length;
    const windows = new BroadcastChannel(`sekisho:${warning.dataset.realm}`);
    windows.postMessage('active');
    windows.onmessage = () => {
      end = Date.now() + length;
      if (warning.open) warning.close();
    };
    setInterval(() => {
      const rest = end - Date.now();
      if (rest <= 0) location.replace(warning.dataset.ended);
      else if (rest <= notice) {
        if (!warning.open) warning.showModal();
        const seconds = Math.ceil(rest / 1000);
        left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
      }
    }, 1000);
  }

  function say(text) {
    let region = document.getElementById('said');
    if (!region) {
      region = document.createElement('p');
      region.id = 'said';
      region.className = 'hidden-text';
      region.setAttribute('role', 'status');
      document.body.append(region);
    }
    region.textContent = text;
  }
})();
