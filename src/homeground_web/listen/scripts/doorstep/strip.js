// The strip that always says how many notes are on this phone, and why they are not sent.
import { BUSY, NONE, ROLE, SIGN_IN } from "./line.js";
import { ready } from "./outbox.js";
import { part } from "./views.js";
import { counted, say } from "./words.js";

export async function draw(store, outbox) {
  const strip = part("strip");
  const count = await store.count("note");
  const [notes, worries, knocks] = store.locked ? [[], [], []] : await Promise.all(["note", "worry", "knock"].map((kind) => store.list(kind)));
  const waits = notes.length + worries.length + knocks.length > 0;
  const why = store.locked ? "locked" : reason(notes, waits, outbox);
  const doors = !notes.length && knocks.length && why !== "sending" ? `${counted("knocks", knocks.length)} ` : "";
  const worry = worries.length && !outbox.sending ? `${say("worry-waits")} ` : "";
  put(strip.querySelector("[data-notes]"), count ? counted("notes", count) : say("no-notes"));
  put(strip.querySelector("[data-why]"), worry + doors + (why && !(doors && [NONE, BUSY, "soon"].includes(why)) ? say(`why-${why}`) : ""));
  const [enter, again] = [strip.parentElement.querySelector("[data-sign-in]"), strip.parentElement.querySelector("[data-try]")];
  enter.hidden = why !== SIGN_IN;
  again.hidden = ![NONE, BUSY].includes(why);
  const lost = document.querySelector('[data-warn="lost"]');
  lost.hidden = !store.lost;
  put(lost.querySelector("[data-text]"), store.lost ? counted("lost", store.lost) : "");
  const unreadable = document.querySelector('[data-warn="unreadable"]');
  unreadable.hidden = !store.unreadable || store.locked;
  put(unreadable, unreadable.hidden ? "" : counted("unreadable", store.unreadable));
}

function reason(notes, waits, outbox) {
  if (!waits) return "";
  if (outbox.sending) return "sending";
  if ([NONE, SIGN_IN, ROLE].includes(outbox.signal)) return outbox.signal;
  if (notes.some(({ value }) => value.problem)) return "problem";
  if (outbox.signal === BUSY) return BUSY;
  return notes.some(({ value }) => !ready("note", value)) ? "look" : "soon";
}

// Screen readers say what changes: what stays the same is left alone.
function put(place, text) { if (place.textContent !== text) place.textContent = text; }
