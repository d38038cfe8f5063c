// The rules of a new password are ticked while one types; told aloud, in one sentence, when the typing pauses.
(() => {
  for (const list of document.querySelectorAll('ul[data-rules-of]')) {
    const input = document.getElementById(list.dataset.rulesOf);
    const aloud = document.getElementById(`${list.dataset.rulesOf}-said`);
    const rules = [...list.querySelectorAll('[data-pattern], [data-unlike]')];
    const isKept = ({ pattern, unlike = '' }, text) => {
      if (pattern) return new RegExp(pattern, 'su').test(text);
      const plain = text.normalize('NFKC').toLowerCase();
      return !unlike.split(' ').some((part) => part && plain.includes(part));
    };
    let pause;
    input.addEventListener('input', () => {
      let count = 0;
      for (const rule of rules) {
        const kept = input.value !== '' && isKept(rule.dataset, input.value);
        if (kept) count++;
        rule.dataset.state = kept ? 'kept' : 'open';
        rule.querySelector('.hidden-text').textContent = `(${kept ? list.dataset.kept : list.dataset.open})`;
      }
      clearTimeout(pause);
      pause = setTimeout(() => {
        aloud.textContent = list.dataset.count.replace('{kept}', count).replace('{all}', rules.length);
      }, 1000);
    });
  }
})();
