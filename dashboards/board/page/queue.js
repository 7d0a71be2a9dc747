// The queue, under a thumb and by keyboard. The prompt that a person is at stays open and
// on top until it is done, whatever comes meanwhile. Taps are kept with their time until
// the server has taken them. All of it works without, by forms.
"use strict";
(() => {
const prompts = document.getElementById("prompts"), notice = document.getElementById("notice");
if (!prompts || !notice) return;
const settled = 700; // ms for which what has changed under a thumb takes no tap

// What is kept: in the browser, over reloads, as long as there is no connection.
const read = (name, none) => { try { return JSON.parse(localStorage.getItem(name)) ?? none; } catch { return none; } };
const write = (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* it is sent at once, or lost with the page */ } };
let unsaved = read("taps", []);
const kept = () => unsaved;
const keep = (taps) => { unsaved = taps; write("taps", taps); };
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");

// at writes an instant as the pages do: in the edition's zone.
function at(ms) {
  const how = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const sign = notice.dataset.clock?.[2] || ":";
  const write = (more) => new Date(ms).toLocaleTimeString("en-GB", { ...how, ...more }).replaceAll(":", sign);
  try { return write({ timeZone: notice.dataset.zone }); } catch { return write(); }
}

// The notice says whose tap was noted, and lets it be taken back for as long as it can be.
function tell(html, wrong) {
  notice.replaceChildren();
  if (typeof html === "string") notice.textContent = html;
  else notice.append(...html);
  notice.classList.toggle("trouble", Boolean(wrong));
  expire();
}
function expire() {
  const undo = notice.querySelector(".undo[data-until]");
  // A clock that is months behind asks for more than a timer counts to, which then ends at once.
  if (undo) setTimeout(() => undo.remove(), Math.min(Math.max(new Date(undo.dataset.until) - Date.now(), 0), 60000));
}

// The prompt at hand. Its element stays in the page, in its place, while others come and go.
let held = "";
const card = (id) => document.getElementById(id);
const guards = new WeakMap(); // the timers of those that take no tap yet
function guard(element) {
  clearTimeout(guards.get(element)); // what has changed again rests from then on
  element.classList.add("settling");
  guards.set(element, setTimeout(() => element.classList.remove("settling"), settled));
}
function hold(element) {
  if (held === element.id) return;
  held = element.id;
  for (const other of prompts.querySelectorAll(".prompt")) if (other !== element) other.open = false;
  for (const done of prompts.querySelectorAll(".prompt.done")) if (done !== element) done.remove();
  element.open = true;
  const first = prompts.querySelector(".prompt");
  if (first !== element) {
    first.before(element);
    element.scrollIntoView({ block: "start" });
  }
  element.dataset.means = means(element);
  guard(element);
}
prompts.addEventListener("click", (event) => {
  const summary = event.target.closest(".prompt > summary");
  if (!summary) return;
  const element = summary.parentElement;
  if (!element.open) { event.preventDefault(); hold(element); }
});

// refresh draws the prompts anew. What a person is writing beneath them stays.
async function refresh() {
  const at = held && card(held)?.dataset.contact;
  try {
    const answer = await fetch("/queue" + (at ? "?open=" + encodeURIComponent(at) : location.search), { headers: { Accept: "text/html" } });
    if (answer.ok && !answer.redirected) renew(await answer.text());
  } catch { /* the next change, or the connection, brings it */ }
}
function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.getElementById("prompts");
  if (fresh) place(fresh);
  const waiting = page.getElementById("waiting"), badge = document.getElementById("waiting");
  if (waiting && badge) badge.replaceWith(document.adoptNode(waiting));
  const writing = document.getElementById("arrivals")?.contains(document.activeElement);
  const arrivals = page.getElementById("arrivals");
  if (arrivals && !writing) document.getElementById("arrivals").replaceWith(document.adoptNode(arrivals));
  return page;
}
// place puts what the server has drawn in place of what is shown, but for the prompt at
// hand: that changes only where it says something else, and is marked when it is done.
function place(fresh) {
  const known = new Set([...prompts.querySelectorAll(".prompt")].map((p) => p.id));
  const mine = held && card(held);
  const theirs = held && fresh.querySelector("#" + CSS.escape(held));
  const news = [...fresh.querySelectorAll(".prompt")].filter((p) => !known.has(p.id));
  if (mine && theirs) {
    theirs.open = mine.open;
    if (!pending(mine) && means(theirs) !== mine.dataset.means) {
      mine.className = theirs.className;
      if (mine.dataset.means) guard(mine);
      mine.dataset.means = means(theirs);
      mine.innerHTML = theirs.innerHTML;
    } else {
      tick(mine, theirs);
    }
  } else if (mine && !mine.classList.contains("done")) {
    finish(mine);
  }
  for (const child of [...prompts.children]) if (child !== mine && child.tagName !== "H2") child.remove();
  prompts.querySelector("h2").innerHTML = fresh.querySelector("h2").innerHTML;
  for (const child of [...fresh.children]) {
    if (child.tagName === "H2" || child.id === held) continue;
    if (mine) child.open = false;
    prompts.append(document.adoptNode(child));
  }
  const opened = !mine && hold0();
  if (opened) guard(opened);
  next(mine);
  if (news.length && navigator.vibrate) navigator.vibrate([200, 100, 200]);
  wake();
}
// means is what of a prompt makes a difference to a thumb: not how much time is left.
const means = (element) => element.className.replace(/ ?settling/, "") + element.querySelector(".progress")?.textContent + element.querySelector(".taps")?.textContent;
// tick writes how much time is left, unless that would move what lies below.
function tick(mine, theirs) {
  const left = mine.querySelector(".left"), now = theirs.querySelector(".left");
  if (!left || !now) return;
  const before = left.innerHTML, high = left.offsetHeight;
  left.innerHTML = now.innerHTML;
  if (left.offsetHeight !== high) left.innerHTML = before;
}
// pending reports whether taps of a prompt wait to be sent, so that the page knows better.
const pending = (element) => kept().some((t) => t.path === "/queue/taps" && "prompt-" + t.form.contact + "-" + t.form.attempt === element.id);
function finish(element) {
  element.classList.add("done");
  element.classList.remove("running");
  for (const part of element.querySelectorAll(".taps, .go, .copy, .left")) part.remove();
  const done = document.createElement("p");
  done.className = "finished";
  done.textContent = prompts.dataset.done;
  element.append(done);
  guard(element);
}
function next(mine) {
  const other = prompts.querySelector(".prompt:not(.done)");
  if (!mine || !mine.classList.contains("done") || mine.querySelector(".next") || !other) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "next";
  button.textContent = prompts.dataset.next;
  button.addEventListener("click", () => {
    if (mine.classList.contains("settling")) return;
    const first = prompts.querySelector(".prompt:not(.done)");
    if (first) hold(first);
  });
  mine.append(button);
}
// hold0 takes the prompt that the server has opened as the one at hand.
function hold0() {
  const open = prompts.querySelector(".prompt[open]");
  held = open ? open.id : "";
  if (open) open.dataset.means = means(open);
  return open;
}

// Taps: sent in their order until the server has taken them. Each has a key, so that it is
// noted once, and the time at which it was made.
async function token() {
  const answer = await fetch("/queue", { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".taps [name=token], .judge [name=token], .logout [name=token], .who [name=token]")?.value || "";
}
const pause = (ms) => new Promise((then) => { setTimeout(then, ms); addEventListener("online", then, { once: true }); });
let sending = false;
async function send() {
  if (sending) return;
  sending = true;
  for (let wait = 1000; kept().length; ) {
    const [first, ...rest] = kept();
    try {
      const body = new URLSearchParams({ ...first.form, tapped: first.tapped, sent: Date.now() });
      const answer = await fetch(first.path, { method: "POST", body });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      if (answer.status === 401 || answer.status === 403 && !first.again) {
        // Logged out, or the page is of an earlier login: what was tapped is kept.
        const fresh = await token();
        if (fresh) keep([{ ...first, form: { ...first.form, token: fresh }, again: true }, ...kept().slice(1)]);
        if (!fresh) { tell(notice.dataset.login, true); await pause(5000); }
        continue;
      }
      keep(kept().slice(1));
      wait = 1000;
      const text = await answer.text();
      if (answer.ok) {
        const page = renew(text), said = page.getElementById("notice");
        if (said) tell([...said.childNodes].map((n) => document.adoptNode(n)), false);
      } else {
        tell(new DOMParser().parseFromString(text, "text/html").getElementById("what")?.textContent || answer.statusText, true);
        await refresh();
      }
    } catch {
      lost(first);
      await pause(wait);
      wait = Math.min(2 * wait, 15000);
    }
  }
  sending = false;
}
// lost says that a tap is kept, and goes on with the prompt as if it had been noted.
function lost(entry) {
  const element = card("prompt-" + entry.form.contact + "-" + entry.form.attempt);
  const clock = at(entry.tapped);
  const text = notice.dataset.of.replace("{company}", entry.form.company || "").replace("{tap}", entry.label).replace("{time}", clock);
  const undo = document.createElement("button");
  undo.type = "button";
  undo.textContent = notice.dataset.undo;
  undo.addEventListener("click", () => {
    keep(kept().filter((t) => t.form.key !== entry.form.key));
    tell("", false);
    if (element?.dataset.before) { element.innerHTML = element.dataset.before; delete element.dataset.before; element.classList.remove("done"); guard(element); }
  });
  tell([notice.dataset.kept + " " + text + " ", undo], true);
}
function advance(element, button) {
  const label = button.textContent;
  element.dataset.before ||= element.innerHTML;
  const line = document.createElement("li");
  line.textContent = at(Date.now()) + " " + label;
  element.querySelector(".progress")?.append(line);
  const form = element.querySelector(".taps"), later = JSON.parse(form.dataset.later || "[]");
  if ("ends" in button.dataset) { form.remove(); return; }
  delete form.dataset.later;
  if (!later.length) button.remove();
  else for (const old of form.querySelectorAll("button")) old.remove();
  for (const b of later) {
    const fresh = document.createElement("button");
    fresh.name = "tap";
    fresh.value = b.Tap;
    fresh.textContent = b.Label;
    fresh.classList.toggle("main", b.Main);
    if (b.Ends) fresh.dataset.ends = "";
    form.append(fresh);
  }
  element.classList.add("running");
  wake();
}
let asked = false;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches(".logout") && kept().length && !asked) { event.preventDefault(); asked = true; tell(notice.dataset.kept, true); return; }
  if (form.matches(".logout")) { caches?.keys().then((names) => names.forEach((n) => caches.delete(n))); return; }
  if (!form.matches("[data-retry]")) return;
  event.preventDefault();
  const element = form.closest(".prompt"), button = event.submitter;
  if (element?.classList.contains("settling") || form.dataset.sent) return;
  const fields = Object.fromEntries(new FormData(form, button));
  if (element) { fields.key = key(); fields.company = element.dataset.company; hold(element); }
  const entry = { path: form.getAttribute("action"), form: fields, tapped: Date.now(), label: button.textContent };
  // Taken back before it was sent: it never was.
  keep([...kept(), entry]);
  if (element) {
    guard(element);
    button.setAttribute("aria-busy", "true");
    tell(notice.dataset.sending, false);
    if (!navigator.onLine || sending) { advance(element, button); lost(entry); } else waitFor(element, button, entry);
  } else {
    form.dataset.sent = "1";
  }
  send();
});
// waitFor goes on without an answer after a while: a call does not wait for a connection.
function waitFor(element, button, entry) {
  setTimeout(() => {
    if (kept().some((t) => t.form.key === entry.form.key) && button.isConnected) { advance(element, button); lost(entry); }
  }, 3000);
}

// A screen that stays on in a call.
let lock = null;
async function wake() {
  const calling = prompts.querySelector('.prompt.running[data-how="phone"]');
  if (!("wakeLock" in navigator)) return;
  if (calling && !lock && document.visibilityState === "visible") {
    try {
      lock = await navigator.wakeLock.request("screen");
      lock.addEventListener("release", () => { lock = null; });
    } catch { lock = null; }
  }
  if (!calling && lock) lock.release();
  document.documentElement.dataset.awake = lock ? "1" : "";
}

// Told of what is due: by the browser's push service, once a person has asked for it.
async function offer() {
  if (!prompts.dataset.push || !("serviceWorker" in navigator) || !("PushManager" in window) || Notification.permission === "denied") return;
  const worker = await navigator.serviceWorker.ready;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "push";
  const now = await worker.pushManager.getSubscription();
  button.textContent = now ? prompts.dataset.told : prompts.dataset.tell;
  button.disabled = Boolean(now);
  button.addEventListener("click", async () => {
    const bytes = Uint8Array.from(atob(prompts.dataset.push.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
    const made = (await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes })).toJSON();
    const body = new URLSearchParams({ token: await token(), endpoint: made.endpoint, p256dh: made.keys.p256dh, auth: made.keys.auth });
    const answer = await fetch("/queue/push", { method: "POST", body });
    if (answer.ok) { button.textContent = prompts.dataset.told; button.disabled = true; }
  });
  prompts.before(button);
}

// By keyboard.
const letters = () => [...document.querySelectorAll(".arrival")];
function go(step) {
  const all = letters(), at = all.indexOf(document.activeElement?.closest(".arrival"));
  const to = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  if (to) { to.focus({ preventScroll: true }); to.scrollIntoView({ block: "start" }); }
}
document.addEventListener("keydown", (event) => {
  const dialog = document.getElementById("keys");
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=radio]), select, textarea, dialog") || !dialog) return;
  const pick = /^[1-9]$/.test(event.key) && document.activeElement?.closest(".arrival")?.querySelectorAll(".judge [name=kind]")[event.key - 1];
  if (pick) {
    event.preventDefault();
    pick.checked = true;
    const reason = pick.form.elements.reason;
    reason.value ||= sessionStorage.getItem("reason") || "";
    reason.focus();
    reason.select();
  } else if (event.key === "j" || event.key === "k") { event.preventDefault(); go(event.key === "j" ? 1 : -1);
  } else if (event.key === "u") { notice.querySelector(".undo")?.requestSubmit();
  } else if (event.key === "?") { dialog.showModal(); }
});
document.addEventListener("submit", (event) => {
  if (event.target.matches(".judge")) {
    sessionStorage.setItem("reason", event.target.elements.reason.value);
    sessionStorage.setItem("judged", event.target.closest(".arrival").id);
  }
});
const judged = sessionStorage.getItem("judged");
if (judged) { // go on where the last letter was
  sessionStorage.removeItem("judged");
  const all = letters(), to = card(judged) || all[all.length - 1];
  if (to && notice.textContent.trim()) to.focus({ preventScroll: true });
}

hold0();
expire();
wake();
offer();
document.addEventListener("waiting", refresh);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") { refresh(); wake(); } });
addEventListener("online", () => { send(); refresh(); });
if (kept().length) send();
})();
