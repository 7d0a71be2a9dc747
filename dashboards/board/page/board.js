// What the pages do besides being read: they follow what is pushed, search as
// one types, copy, and send taps until they have arrived. All of it works
// without, by forms and links.
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

// Live: each pushed piece takes the place of the element that has its id.
function put(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const fresh = box.content.firstElementChild;
  const old = fresh && document.getElementById(fresh.id);
  if (!old) return;
  const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
  if (fresh.tagName === "TR") fresh.classList.add("fresh");
  fresh.hidden = old.hidden;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("a")?.focus();
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
  source.onopen = () => say("on");
  source.onerror = () => say("off");
  source.onmessage = (event) => {
    put(event.data);
    if (streamed.id === "prompts" && event.data.includes('id="waiting"')) refresh();
  };
  addEventListener("pagehide", () => source.close());
}

// The queue: prompts are drawn anew when something has changed; what somebody
// is writing beneath them stays.
async function refresh() {
  const answer = await fetch("/queue", { headers: { Accept: "text/html" } });
  if (answer.ok) renew(await answer.text());
}
function renew(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const open = document.querySelector(".prompt[open]")?.id;
  if (open && page.getElementById(open) && !page.querySelector(".prompt.running")) {
    for (const prompt of page.querySelectorAll(".prompt")) prompt.open = prompt.id === open;
  }
  for (const id of ["prompts", "waiting"]) {
    const fresh = page.getElementById(id), old = document.getElementById(id);
    if (fresh && old && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(fresh));
  }
  const writing = document.getElementById("arrivals")?.contains(document.activeElement);
  const arrivals = page.getElementById("arrivals");
  if (arrivals && !writing) document.getElementById("arrivals").replaceWith(document.adoptNode(arrivals));
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

// Taps: kept until the server has taken them, over lost connections and a
// reload. It notes each once, so that sending twice does no harm.
const kept = () => JSON.parse(sessionStorage.getItem("taps") || "[]");
const keep = (taps) => sessionStorage.setItem("taps", JSON.stringify(taps));
const noted = document.getElementById("noted");
const tell = (text, wrong) => { noted.textContent = text; noted.classList.toggle("trouble", wrong); };
// The token that forms have to bring by now; none, if one has to log in.
async function token() {
  const answer = await fetch("/queue", { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".taps [name=token], .judge [name=token], .logout [name=token], .who [name=token]")?.value || "";
}
let sending = false;
async function send() {
  if (sending) return;
  sending = true;
  for (let wait = 1000; kept().length; ) {
    const [first, ...rest] = kept();
    try {
      const answer = await fetch("/queue/taps", { method: "POST", body: new URLSearchParams(first) });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.statusText);
      if (answer.status === 401 || answer.status === 403 && !first.again) {
        // Logged out, or the page is of an earlier login: what was tapped is kept.
        const fresh = await token();
        if (fresh) keep([{ ...first, token: fresh, again: "1" }, ...rest]);
        if (!fresh) tell(noted.dataset.login, true);
        await new Promise((then) => setTimeout(then, fresh ? 0 : 5000));
        continue;
      }
      keep(rest);
      wait = 1000;
      const text = await answer.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      if (answer.ok) {
        renew(text);
        tell(page.getElementById("noted")?.textContent || "", false);
      } else {
        tell(page.getElementById("what")?.textContent || answer.statusText, true);
        refresh();
      }
    } catch {
      tell(noted.dataset.again, true);
      await new Promise((then) => { setTimeout(then, wait); addEventListener("online", then, { once: true }); });
      wait = Math.min(2 * wait, 15000);
    }
  }
  sending = false;
}
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-retry]")) return;
  event.preventDefault();
  const form = Object.fromEntries(new FormData(event.target, event.submitter));
  event.submitter.setAttribute("aria-busy", "true");
  tell(noted.dataset.sending, false);
  keep([...kept(), form]);
  send();
});
if (noted) send();
