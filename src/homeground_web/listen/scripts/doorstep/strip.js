// The strip that always says how many notes are on this phone, and why they are not sent.
import { BUSY, NONE, ROLE, SIGN_IN } from "./line.js";
import { ready } from "./outbox.js";
import { part } from "./views.js";
import { counted, say } from "./words.js";

// `stuck`: somebody waits here for notes to be looked at.
export async function draw(store, outbox, stuck = false) {
  const strip = part("strip");
  const count = await store.count("note");
  const [notes, worries, knocks, votes] = store.locked ? [[], [], [], []] : await Promise.all(["note", "worry", "knock", "vote"].map((kind) => store.list(kind)));
  const answers = votes.filter(({ value }) => !value.problem).length;
  const waits = notes.length + worries.length + knocks.length + answers > 0;
  const why = store.locked ? "locked" : reason(notes, waits, outbox);
  const others = notes.length || why === "sending" ? [] : [["knocks", knocks.length], ["votes", answers]].filter(([, many]) => many);
  const small = others.map(([key, many]) => `${counted(key, many)} `).join("");
  const worry = worries.length && !outbox.sending ? `${say("worry-waits")} ` : "";
  put(strip.querySelector("[data-notes]"), count ? counted("notes", count) : say("no-notes"));
  put(strip.querySelector("[data-why]"), worry + small + (why && !(small && [NONE, BUSY, "soon"].includes(why)) ? say(`why-${why}`) : ""));
  const [enter, again] = [strip.parentElement.querySelector("[data-sign-in]"), strip.parentElement.querySelector("[data-try]")];
  enter.hidden = why !== SIGN_IN;
  again.hidden = !(stuck && why === "look") && ![NONE, BUSY].includes(why);
  const lost = document.querySelector('[data-warn="lost"]');
  lost.hidden = !store.lost;
  put(lost.querySelector("[data-text]"), store.lost ? counted("lost", store.lost) : "");
  refusals(votes);
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

// Answers that the site did not take, with its reasons: read once, they are removed.
function refusals(votes) {
  const problems = votes.map(({ value }) => value.problem).filter(Boolean);
  const place = document.querySelector('[data-warn="votes"]');
  place.hidden = !problems.length;
  const reasons = new Set(problems.map(({ why }) => why).filter(Boolean));
  put(place.querySelector("[data-text]"), problems.length ? [counted("votes-refused", problems.length), ...reasons].join(" ") : "");
}

// Screen readers say what changes: what stays the same is left alone.
function put(place, text) { if (place.textContent !== text) place.textContent = text; }
