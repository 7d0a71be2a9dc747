// Keeps the queue for a telephone without a connection, and shows what is due.
"use strict";
const store = "queue-1";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name !== store) await caches.delete(name);
  await self.clients.claim();
  await fill();
})()));

// fill keeps the queue and what it is made of, so that it opens from the first time on.
async function fill() {
  try {
    const cache = await caches.open(store);
    const answer = await fetch("/queue", { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    await cache.put("/queue", answer.clone());
    for (const [, asset] of (await answer.text()).matchAll(/(?:href|src)="(\/[^"]+\?v=[0-9a-f]+)"/g)) {
      if (!await cache.match(asset)) await cache.add(asset);
    }
  } catch { /* it is kept the next time that it is opened */ }
}

// The queue is asked for, and shown as it was where there is no answer. Whoever has to log
// in is not shown what another person saw.
async function queue(request) {
  const cache = await caches.open(store);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && !new URL(request.url).search) await cache.put("/queue", answer.clone());
    else if (answer.redirected || answer.status === 401 || answer.status === 403) await cache.delete("/queue");
    return answer;
  } catch (err) {
    const before = await cache.match("/queue");
    if (before) return before;
    throw err;
  }
}
async function asset(request) {
  const cache = await caches.open(store);
  const before = await cache.match(request);
  if (before) return before;
  const answer = await fetch(request);
  if (answer.ok) {
    const here = new URL(request.url);
    for (const old of await cache.keys()) if (new URL(old.url).pathname === here.pathname) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
}
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate" && url.pathname === "/queue") event.respondWith(queue(event.request));
  else if (url.searchParams.has("v") && /\.(css|js|svg|png)$/.test(url.pathname)) event.respondWith(asset(event.request));
});

self.addEventListener("push", (event) => {
  let what = {};
  try { what = event.data.json(); } catch { /* it says at least that something is due */ }
  event.waitUntil(self.registration.showNotification(what.title || "svartid", {
    body: what.body || "", tag: what.tag || "due", renotify: true, requireInteraction: true,
    vibrate: [300, 100, 300, 100, 300], icon: "/icon-192.png", badge: "/icon-192.png", data: what.to || "/queue",
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const to = new URL(event.notification.data || "/queue", self.location.origin);
    for (const client of await self.clients.matchAll({ type: "window" })) {
      if (new URL(client.url).pathname === "/queue") { await client.focus(); return; }
    }
    await self.clients.openWindow(to.href);
  })());
});
