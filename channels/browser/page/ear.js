// Runs in a world of its own in every frame, before the page's scripts. The page cannot see it: it shares the
// document with it, and no variable. It looks for elements through shadow roots, and keeps every message that
// it has seen, with when and how.
(spec, kept) => {
  if (globalThis.svartid) return;
  const {heard, states} = spec;
  const TICK = 250, HEARD = 200000;
  const now = () => performance.timeOrigin + performance.now();
  const closed = new WeakMap();        // hosts to the closed shadow roots that we were handed
  const asked = new WeakSet();         // custom elements that may have one
  const plain = s => (s || '').replace(/\s+/g, ' ').trim();

  try {
    const mine = (kept || {})[location.origin];
    for (const [store, items] of mine ? [[localStorage, mine.local], [sessionStorage, mine.session]] : [])
      for (const [k, v] of Object.entries(items || {})) if (store.getItem(k) === null) store.setItem(k, v);
  } catch {}

  const rootOf = el => el.shadowRoot || closed.get(el);
  let roots = [];
  const gather = root => {
    if (!roots.includes(root)) { roots.push(root); watch(root); }
    for (const el of root.querySelectorAll('*')) { const r = rootOf(el); if (r) gather(r); }
  };
  const fresh = () => { roots = roots.filter(r => r === document || r.host.isConnected); gather(document); };
  const all = css => {
    const found = [];
    for (const r of roots) { try { found.push(...r.querySelectorAll(css)); } catch { return []; } }
    return found;
  };
  const parentOf = el => el.parentElement || (el.getRootNode() instanceof ShadowRoot ? el.getRootNode().host : null);

  const visible = el => {
    if (!el.isConnected || !el.checkVisibility({visibilityProperty: true})) return false;
    for (let e = el; (e = e.getRootNode().host);) if (!e.checkVisibility({visibilityProperty: true})) return false;
    const b = el.getBoundingClientRect();
    return b.width > 0 && b.height > 0 || getComputedStyle(el).display === 'contents';
  };
  const ROLES = {button: 'button', textarea: 'textbox', img: 'img', dialog: 'dialog', option: 'option', summary: 'button', h1: 'heading', h2: 'heading', h3: 'heading', article: 'article', li: 'listitem'};
  const roleOf = el => {
    const said = el.getAttribute('role');
    if (said) return said.trim().split(/\s+/)[0];
    const tag = el.localName;
    if (tag === 'a') return el.hasAttribute('href') ? 'link' : '';
    if (tag === 'select') return el.multiple ? 'listbox' : 'combobox';
    if (tag === 'input') {
      if (['button', 'submit', 'reset', 'image'].includes(el.type)) return 'button';
      if (['checkbox', 'radio'].includes(el.type)) return el.type;
      return el.type === 'search' ? 'searchbox' : 'textbox';
    }
    if (el.isContentEditable && !(el.parentElement && el.parentElement.isContentEditable)) return 'textbox';
    return ROLES[tag] || '';
  };
  const within = (el, id) => el.getRootNode().getElementById ? el.getRootNode().getElementById(id) : null;
  const labelOf = el => {
    const by = (el.getAttribute('aria-labelledby') || '').split(/\s+/).filter(Boolean).map(id => within(el, id)).filter(Boolean);
    if (by.length) return plain(by.map(e => e.textContent).join(' '));
    if (el.getAttribute('aria-label')) return plain(el.getAttribute('aria-label'));
    if (el.labels && el.labels.length) return plain([...el.labels].map(e => e.textContent).join(' '));
    return plain(el.getAttribute('alt') || el.getAttribute('placeholder') || el.getAttribute('data-placeholder') || el.getAttribute('title'));
  };
  const nameOf = el => {
    const label = labelOf(el);
    if (label && !(el.title && label === plain(el.title) && plain(el.textContent))) return label;
    if (el.localName === 'input') return plain(el.value);
    return plain(el.textContent) || label;
  };
  const TESTS = ['data-testid', 'data-test-id', 'data-test', 'data-qa', 'data-cy'];
  const fits = (el, f) =>
    (!f.css || el.matches(f.css)) && (!f.role || roleOf(el) === f.role) && (!f.name || nameOf(el) === plain(f.name)) &&
    (!f.label || labelOf(el) === plain(f.label)) && (!f.test || TESTS.some(t => el.getAttribute(t) === f.test)) &&
    (!f.text || (f.css ? plain(el.textContent).includes(plain(f.text)) : wordsIn(el, plain(f.text))));
  const SILENT = ['script', 'style', 'template', 'noscript', 'head', 'title', 'html'];
  const wordsIn = (el, text) => !SILENT.includes(el.localName) && plain(el.textContent).includes(text) &&
    ![...el.children].some(c => !SILENT.includes(c.localName) && plain(c.textContent).includes(text));
  const find = f => {
    try {
      if (f.text && !roots.some(r => plain((r.body || r).textContent).includes(plain(f.text)))) return [];
      return all(f.css || '*').filter(el => fits(el, f));
    } catch { return []; }
  };
  // A find that must be seen. Of elements that lie in each other the innermost counts, but for those named by CSS.
  const seen = f => { fresh(); return find(f).filter(visible); };
  const about = (el, f) => {
    try {
      for (let e = el, i = 0; e && i < 15; e = parentOf(e), i++) if (fits(e, f)) return true;
      return [...el.querySelectorAll(f.css || '*')].some(e => fits(e, f));
    } catch { return false; }
  };

  let version = 0, count = 0, order = [];
  const records = new Map();           // elements to what they say
  const gone = [];                     // what was said by elements that are no more
  const lags = [];
  const words = el => {
    const parts = heard.text ? [...(el.matches(heard.text.css || '*') ? [el] : []), ...el.querySelectorAll(heard.text.css || '*')].filter(e => fits(e, heard.text)) : [el];
    const text = parts.map(e => (e.innerText ?? e.textContent).trim()).filter(Boolean).join('\n');
    if (text) return text;
    const picture = [...el.querySelectorAll('img')].find(i => i.alt || i.naturalWidth > 40);
    return picture ? '[' + (plain(picture.alt) || 'picture') + ']' : '';
  };
  const author = el => {
    if (about(el, heard.mine)) return 'mine';
    for (const who of ['acknowledgement', 'bot', 'human']) if (heard.who && heard.who[who] && about(el, heard.who[who])) return who;
    return '';
  };
  const scan = by => {
    const at = now();
    let changed = false;
    const shown = find(heard.item);
    for (const el of shown) {
      const text = words(el);
      if (!text) continue;
      let r = records.get(el);
      const who = author(el);
      if (r && r.text === text && r.author === who) continue;
      if (!r) records.set(el, r = {n: ++count});
      if (r.text !== text) { r.at = at; r.by = by; }
      Object.assign(r, {text, author: who, html: el.outerHTML.slice(0, HEARD), version: ++version});
      changed = true;
    }
    for (const [el, r] of records) if (!el.isConnected) { records.delete(el); r.left = at; r.version = ++version; gone.push(r); if (gone.length > 500) gone.shift(); changed = true; }
    order = shown.map(el => records.get(el)).filter(Boolean).map(r => r.n);
    if (changed) say();
  };
  const say = () => { try { globalThis.svartidSay(''); } catch {} };
  const observer = new MutationObserver(list => {
    for (const m of list) for (const n of m.addedNodes) if (n.nodeType === 1) {
      for (const el of [n, ...n.querySelectorAll('*')]) { const r = rootOf(el); if (r) gather(r); }
    }
    scan('mutation');
  });
  function watch(root) { observer.observe(root, {childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['class', 'hidden', 'aria-hidden', 'aria-label']}); }

  let last = now();
  setInterval(() => {
    const at = now(), lag = Math.max(0, at - last - TICK);
    last = at;
    lags.push([at, lag]);
    while (lags.length && lags[0][0] < at - 2000) lags.shift();
    fresh();
    scan('poll');
  }, TICK);
  fresh();

  globalThis.svartid = {
    seen, roleOf, nameOf, labelOf, parentOf, TESTS,
    count: f => seen(f).length,
    adopt: root => { closed.set(root.host, root); fresh(); scan('mutation'); },
    mysteries: () => {
      let n = 0;
      for (const el of all('*')) if (el.localName.includes('-') && !rootOf(el) && !asked.has(el)) { asked.add(el); n++; }
      return n;
    },
    covered: el => {
      const b = el.getBoundingClientRect();
      const top = el.getRootNode().elementFromPoint(b.x + b.width / 2, b.y + b.height / 2);
      for (let e = top; e; e = parentOf(e)) if (e === el) return false;
      return !(top && (top.contains(el) || rootOf(top)));
    },
    valueOf: el => el.value !== undefined && el.localName !== 'li' ? el.value : el.innerText,
    clear: el => {
      el.focus();
      if (el.select) el.select(); else getSelection().selectAllChildren(el);
    },
    choose: (el, words) => {
      const option = [...el.options || []].find(o => plain(o.textContent) === plain(words));
      if (!option) return false;
      el.value = option.value;
      el.dispatchEvent(new Event('input', {bubbles: true}));
      el.dispatchEvent(new Event('change', {bubbles: true}));
      return true;
    },
    storage: () => {
      try { return {origin: location.origin, local: {...localStorage}, session: {...sessionStorage}}; } catch { return null; }
    },
    look: since => {
      scan('poll');
      const at = now(), shown = {};
      for (const [state, finds] of Object.entries(states))
        for (const f of finds) { const el = find(f).find(visible); if (el) { shown[state] = plain(el.textContent).slice(0, 300) || state; break; } }
      return {
        now: at, lag: Math.max(0, at - last - TICK, ...lags.map(l => l[1])), version, order, states: shown,
        changed: [...gone.filter(r => r.version > since), ...[...records.values()].filter(r => r.version > since)],
        failed: heard.failed ? find(heard.failed).some(visible) : false, mysteries: globalThis.svartid.mysteries(),
      };
    },
  };
}
