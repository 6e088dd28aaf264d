/*
 * Keeps the client's own files on a crew's phone, so that the page opens when the line is down. What the centre tells
 * (/v1) is never touched here: the page keeps its own tasks and its own outbox.
 *
 * The first page is asked for anew whenever there is a line, so that yesterday's client never speaks to today's
 * centre; files under /assets/ carry their content's hash in their name and are never asked for twice.
 */
const SHELF = "wardsense.client";
const PATIENCE_MS = 4000;
const MOST = 200;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname === "/" || pathname === "/index.html") event.respondWith(firstPage());
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

// What the page had loaded before this worker came to be.
self.addEventListener("message", (event) => event.waitUntil(keep(event.data?.loaded ?? [])));

async function firstPage() {
  const shelf = await caches.open(SHELF);
  try {
    const answer = await fetch("/", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) await shelf.put("/", answer.clone());
    return answer;
  } catch (silence) {
    const kept = await shelf.match("/", { ignoreVary: true });
    if (kept) return kept;
    throw silence;
  }
}

async function asset(request) {
  const shelf = await caches.open(SHELF);
  const kept = await shelf.match(request, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await shelf.put(request, answer.clone());
  return answer;
}

async function keep(loaded) {
  const shelf = await caches.open(SHELF);
  const missing = async (path) => (await shelf.match(path, { ignoreVary: true })) || shelf.add(path);
  await Promise.allSettled(["/", ...loaded].map(missing));
  const names = await shelf.keys();
  // The oldest first: files of clients that are long gone.
  for (const name of names.slice(0, Math.max(0, names.length - MOST))) await shelf.delete(name);
}
