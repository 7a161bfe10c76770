// One view at a time on one screen; the phone's own Back leads to the doors.
import { say } from "./words.js";

const HOME = "doors";
export const part = (id) => document.getElementById(id);
const views = () => document.querySelectorAll("[data-view]");
export const shown = () => [...views()].find((view) => !view.hidden)?.dataset.view;

export function show(name, { quiet = false } = {}) {
  for (const view of views()) view.hidden = view.dataset.view !== name;
  part("warnings").hidden = !["doors", "look"].includes(name);
  const title = part(`${name}-title`);
  if (!quiet) { scrollTo(0, 0); title.focus({ preventScroll: true }); }
}

// Go somewhere as a person does: with a way back.
export function go(name, opened) {
  if (name !== HOME && shown() === HOME) history.pushState({ view: name }, "");
  if (name === HOME && history.state?.view && shown() !== HOME) { history.back(); return; }
  show(name);
  opened(name);
}

export function backGoes(opened) {
  addEventListener("popstate", () => {
    if (shown() === HOME || shown() === "locked") return;
    show(HOME);
    opened(HOME);
  });
}

// Said aloud by screen readers.
export function tell(text) { part("said").textContent = text; }

export function wrong(id, text) {
  const message = part(`${id}-error`);
  message.querySelector("[data-text]").textContent = text;
  message.hidden = !text;
  message.closest(".govuk-form-group").classList.toggle("govuk-form-group--error", Boolean(text));
  const field = part(id);
  if (field.type === "radio") return;
  field.toggleAttribute("aria-invalid", false);
  if (text) field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [...new Set([...(field.getAttribute("aria-describedby") ?? "").split(" "), `${id}-error`])].join(" ").trim());
}

// A passphrase as typed, or none and a word about why.
export function passphraseOf(id, least = 8) {
  const typed = part(id).value;
  const fine = typed.length >= least;
  wrong(id, fine ? "" : say("need-passphrase"));
  if (!fine) part(id).focus();
  return fine ? typed : "";
}

// What cannot be undone takes two taps.
export function takesTwo(root) {
  for (const pair of root.querySelectorAll("[data-twice]")) {
    const [first, sure] = [pair.querySelector("[data-ask]"), pair.querySelector("[data-sure]")];
    first.addEventListener("click", () => { first.hidden = true; sure.hidden = false; sure.focus(); });
    const back = () => { first.hidden = false; sure.hidden = true; };
    sure.addEventListener("click", back);
    sure.addEventListener("blur", () => setTimeout(back, 300)); // some phones take the focus away before they tell of the tap
  }
}

export function reveals(root) {
  for (const button of root.querySelectorAll("[data-reveal]")) {
    button.addEventListener("click", () => {
      const field = part(button.dataset.reveal);
      field.type = field.type === "password" ? "text" : "password";
      button.setAttribute("aria-pressed", String(field.type === "text"));
    });
  }
}
