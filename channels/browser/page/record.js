// Runs after ear.js where a person records a flow. It tells what was clicked, filled and shown, by names that
// last, and nothing of what was typed.
() => {
  if (globalThis.svartidRecords) return;
  globalThis.svartidRecords = true;
  const {roleOf, nameOf, labelOf, parentOf, TESTS} = svartid;
  const tell = o => { try { globalThis.svartidSay(JSON.stringify(o)); } catch {} };
  // Names that a build has made: a part with letters and digits mixed, or hexadecimal.
  const made = c => /\d/.test(c) && /[_-][A-Za-z0-9]{4,}$/.test(c) || /^[a-f0-9]{6,}$/.test(c) || /^css-/.test(c);
  const stem = c => { const m = c.match(/^(.*?(__|--|_|-))[A-Za-z0-9]{4,}$/); return m && m[1].length > 4 ? m[1] : ''; };
  const classes = el => [...el.classList].map(c => made(c) ? stem(c) && `[class*='${stem(c)}']` : '.' + CSS.escape(c)).filter(Boolean);
  const names = el => {
    const all = [], role = roleOf(el), name = nameOf(el), label = labelOf(el);
    for (const t of TESTS) if (el.getAttribute(t)) all.push({test: el.getAttribute(t)});
    const field = ['textbox', 'searchbox', 'combobox'].includes(role);
    if (role && name && name.length < 60 && !field) all.push({role, name});
    if (field && label) all.push({label});
    if (el.id && !/\d{3,}|[a-f0-9]{8,}/.test(el.id)) all.push({css: '#' + CSS.escape(el.id)});
    if (el.getAttribute('name')) all.push({css: `${el.localName}[name=${JSON.stringify(el.getAttribute('name'))}]`});
    for (const c of classes(el)) all.push({css: c});
    const text = (el.textContent || '').replace(/\s+/g, ' ').trim();
    if (!field && text && text.length < 60) all.push({text});
    if (el.isContentEditable) all.push({css: '[contenteditable]'});
    return all.map(find => ({find, count: svartid.count(find)})).filter(c => c.count > 0);
  };
  const path = el => { const all = []; for (let e = el, i = 0; e && i < 8; e = parentOf(e), i++) all.push(...classes(e)); return all; };
  const acts = ['button', 'link', 'checkbox', 'radio', 'option', 'menuitem', 'tab'];
  const pressed = el => { for (let e = el; e; e = parentOf(e)) if (acts.includes(roleOf(e)) || e.onclick) return e; return el; };
  const field = el => { for (let e = el; e; e = parentOf(e)) if (['textbox', 'searchbox', 'combobox'].includes(roleOf(e))) return e; return null; };
  let last = null;
  const act = (kind, el) => {
    if (kind === 'fill' && el === last) return;
    last = kind === 'fill' ? el : null;
    tell({kind, finds: names(el), path: path(el), hint: [el.type, el.getAttribute('name'), labelOf(el)].filter(Boolean).join(' ')});
  };
  const on = (event, f) => addEventListener(event, e => { if (e.isTrusted) { const el = e.composedPath()[0]; if (el instanceof Element) f(e, el); } }, true);
  const pointing = e => { e.preventDefault(); e.stopImmediatePropagation(); };
  for (const event of ['pointerdown', 'mousedown', 'pointerup', 'mouseup']) on(event, e => { if (e.altKey) pointing(e); });
  on('click', (e, el) => {
    if (e.altKey) { pointing(e); act('point', el); return; }
    if (!field(el)) act('click', pressed(el));
  });
  on('input', (e, el) => { const f = field(el); if (f && f.localName !== 'select') act('fill', f); });
  on('change', (e, el) => { if (el.localName === 'select') act('choose', el); });
  on('keydown', (e, el) => { const f = field(el); if (e.key === 'Enter' && !e.shiftKey && f) act('enter', f); });
}
