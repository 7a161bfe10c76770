// Opens the doorstep page without signal. The site puts the list of its files before this script. Only reading of the page
// itself and of those files passes here: what is sent goes its own way, and no other page of the site is touched.
import { clientsClaim } from "workbox-core";
import { cleanupOutdatedCaches, precacheAndRoute } from "workbox-precaching";
import { registerRoute } from "workbox-routing";
import { NetworkFirst } from "workbox-strategies";

const PATIENCE = 3; // seconds
const page = new URL(self.registration.scope);
const whole = (response) => response.status === 200 && response.type === "basic" && !response.redirected;
const strategy = new NetworkFirst({
  cacheName: `doorstep page ${page.pathname}`,
  networkTimeoutSeconds: PATIENCE,
  matchOptions: { ignoreSearch: true, ignoreVary: true },
  plugins: [{
    cacheWillUpdate: async ({ response }) => (whole(response) ? response : null),
    fetchDidSucceed: async ({ response }) => {
      if (response.status >= 500) throw new Error("the site is not well"); // the page that is kept is better
      return response;
    },
  }],
});

self.skipWaiting();
clientsClaim();
cleanupOutdatedCaches();
precacheAndRoute(self.__PRECACHE, { cleanURLs: false, directoryIndex: null });
registerRoute(({ request, url }) => request.mode === "navigate" && url.pathname === page.pathname, strategy);

// The first visit came before this worker: keep the page now, so that the second may be without signal.
self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const response = await fetch(page.href, { credentials: "same-origin", redirect: "manual", cache: "no-store" });
    if (whole(response)) await (await caches.open(`doorstep page ${page.pathname}`)).put(page.href, response);
  })().catch(() => {}));
});
