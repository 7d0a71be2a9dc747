// What the pages do besides being read: they follow what is pushed, search as
// one types, and copy. All of it works without, by forms and links.
"use strict";
document.documentElement.classList.add("script");

// Search: rows that do not hold every word are hidden.
const find = document.getElementById("find");
const companies = document.getElementById("companies");
function sift() {
  if (!find || !companies) return;
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of companies.querySelectorAll("tbody tr")) {
    row.hidden = !words.every((word) => row.dataset.find.includes(word));
    if (!row.hidden) shown++;
  }
  for (const section of companies.querySelectorAll("section")) section.hidden = !section.querySelector("tbody tr:not([hidden])");
  const output = document.getElementById("shown");
  output.textContent = output.textContent.replace(/\d[\d\s.,\u00a0]*(?=\s)/, shown);
}
if (find) find.addEventListener("input", sift);

// Live: each pushed piece takes the place of the element that has its id. A company's row
// is replaced, and shows for a moment that it is new; of all else only what differs is
// changed, so that what is open, written, scrolled or under the keyboard stays.
function put(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = box.content.firstElementChild;
  const old = fresh && document.getElementById(fresh.id);
  if (!old) return;
  if (fresh.tagName !== "TR") {
    const at = document.activeElement;
    change(old, fresh);
    if (at !== document.activeElement && at?.isConnected) at.focus({ preventScroll: true });
    return;
  }
  const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  fresh.classList.add("fresh");
  fresh.hidden = old.hidden;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("a")?.focus();
}
// sameAs is what tells an element among its neighbours: its id, or where it leads.
function sameAs(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return "";
  return node.id || node.getAttribute("href") || node.matches("li, tr") && node.querySelector("a[href]")?.getAttribute("href") || "";
}
// change makes an element of the page equal to a fresh one.
function change(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeName !== fresh.nodeName || sameAs(old) !== sameAs(fresh)) { old.replaceWith(fresh); return; }
  if (old.nodeType !== Node.ELEMENT_NODE) { old.nodeValue = fresh.nodeValue; return; }
  const stays = (name) => name === "open" && old.tagName === "DETAILS";
  for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name) && !stays(name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value && !stays(name)) old.setAttribute(name, value);
  const known = new Map(), wanted = new Set([...fresh.children].map(sameAs));
  for (const child of [...old.children]) {
    const name = sameAs(child);
    if (!wanted.has(name)) child.remove();
    else if (name && !known.has(name)) known.set(name, child);
  }
  let at = old.firstChild;
  const drop = () => { const next = at.nextSibling; at.remove(); at = next; };
  for (const child of [...fresh.childNodes]) {
    const name = sameAs(child), same = known.get(name);
    if (same) {
      known.delete(name);
      while (at && at !== same && !sameAs(at)) drop();
      if (same === at) at = at.nextSibling;
      else old.insertBefore(same, at);
      change(same, child);
    } else if (at && !name && !sameAs(at)) {
      const next = at.nextSibling;
      change(at, child);
      at = next;
    } else {
      old.insertBefore(child, at);
    }
  }
  while (at) drop();
}
const streamed = document.querySelector("[data-stream]");
if (streamed && window.EventSource) {
  const source = new EventSource(streamed.dataset.stream);
  const live = document.getElementById("live");
  const say = (state) => {
    if (!live || live.className === state) return;
    live.className = state;
    live.textContent = state === "on" ? streamed.dataset.live : streamed.dataset.lost;
  };
  source.onopen = () => { say("on"); document.dispatchEvent(new CustomEvent("connected")); };
  source.onerror = () => say("off");
  source.onmessage = (event) => {
    put(event.data);
    if (event.data.includes('id="waiting"')) document.dispatchEvent(new CustomEvent("waiting"));
  };
  addEventListener("pagehide", () => source.close());
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copier");
  if (!button) return;
  const text = button.parentElement.querySelector("pre").textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement("textarea"); // a page without TLS has no clipboard
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const before = button.textContent;
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = before; }, 2000);
});

// A telephone keeps the queue, so that it opens without a connection.
if ("serviceWorker" in navigator && window.isSecureContext && document.querySelector('link[rel="manifest"]')) {
  navigator.serviceWorker.register("/worker.js").catch(() => {});
}
