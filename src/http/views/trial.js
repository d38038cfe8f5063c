// The checklist of a test fills in by itself: it is asked for again until it says that it is complete. Without script the
// page reloads itself. An XMLHttpRequest, because its document needs no text to be made into markup here.
(() => {
  const live = () => document.querySelector('[data-live]');
  const said = document.getElementById('trial-said');
  let failures = 0;

  function refresh() {
    const request = new XMLHttpRequest();
    request.open('GET', location.href);
    request.responseType = 'document';
    request.onload = () => {
      const before = live();
      const after = request.response?.getElementById(before?.id);
      failures = after ? 0 : failures + 1;
      if (before && after && after.outerHTML !== before.outerHTML) {
        // What stands around it comes with the end: a button, a heading.
        if (after.dataset.phase === 'done') return location.replace(location.href);
        const hadFocus = before.contains(document.activeElement);
        before.replaceWith(document.adoptNode(after));
        if (hadFocus) after.focus();
        if (said) said.textContent = after.querySelector('[data-status]')?.textContent ?? '';
      }
      wait();
    };
    request.onerror = () => {
      failures += 1;
      wait();
    };
    request.send();
  }

  function wait() {
    const part = live();
    if (part && failures < 5) setTimeout(refresh, Number(part.dataset.live) * (failures + 1));
  }
  wait();
})();
