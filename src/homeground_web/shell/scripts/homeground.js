// Nothing here is needed: it makes what works already a little quicker to use.
import { CharacterCount, ErrorSummary, NotificationBanner } from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
for (const Part of [CharacterCount, ErrorSummary, NotificationBanner]) {
  for (const root of document.querySelectorAll(`[data-module="${Part.moduleName}"]`)) {
    try { new Part(root); } catch { /* an old browser: the page works without */ }
  }
}

// "Near me": asks the phone only when the person presses the button, and sends two rounded numbers, never the exact spot.
for (const button of document.querySelectorAll("[data-near-me]")) {
  if (!navigator.geolocation) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { location.href = `${button.dataset.nearMe}?lat=${coords.latitude.toFixed(3)}&lon=${coords.longitude.toFixed(3)}`; },
      () => { button.nextElementSibling.hidden = false; },
    );
  });
}

// A job's page asks how far it is, in place of loading anew.
for (const place of document.querySelectorAll("[data-job]")) {
  const ask = async () => {
    try {
      const answer = await fetch(place.dataset.job, { headers: { Accept: "application/json" } });
      const told = await answer.json();
      place.querySelector("[data-said]").textContent = told.said;
      const bar = place.querySelector("progress");
      if (bar && told.share !== null) bar.value = told.share;
      if (told.ended) { location.reload(); return; }
    } catch { /* the next try may succeed */ }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 500);
}

// Choices that act at once carry a button for those without scripts; with scripts the button goes.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// What only works with scripts is shown by them.
for (const part of document.querySelectorAll(".js-needed")) part.hidden = false;

// A map comes only where there is one, once the page is read and the map's place is in sight; who saves data asks for it.
for (const place of document.querySelectorAll("[data-map]")) {
  const show = async () => {
    const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href: place.dataset.styles });
    document.head.append(styles);
    const { start } = await import(new URL(place.dataset.script, location.href).href);
    await start(place);
  };
  const canvas = place.querySelector("[data-canvas]");
  place.hidden = false;
  const careful = navigator.connection?.saveData || matchMedia("(max-width: 39.99rem)").matches; // a phone pays for each megabyte
  if (careful || "ask" in place.dataset) {
    const button = place.querySelector("[data-show]");
    const shown = place.querySelector("[data-shown]");
    button.hidden = false;
    shown.hidden = true;
    button.addEventListener("click", () => { button.hidden = true; shown.hidden = false; show(); });
    continue;
  }
  const seen = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    seen.disconnect();
    (window.requestIdleCallback ?? setTimeout)(show);
  }, { rootMargin: "200px" });
  seen.observe(canvas);
}
