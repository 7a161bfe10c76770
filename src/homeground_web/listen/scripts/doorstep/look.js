// Looking through before sending: what will be hidden, what is shown again, what else to hide.
import { batches } from "./batches.js";
import { ask, BUSY, SIGN_IN, ROLE, NONE } from "./line.js";
import { code, uuid } from "./made.js";
import { keptAgain, pieces, plain } from "./text.js";
import { part, shown, takesTwo, tell } from "./views.js";
import * as voice from "./voice.js";
import { counted, say } from "./words.js";

const WAITS = [5, 15, 60, 300]; // seconds until the site is asked again about what it did not look at
const sendable = (value) => Boolean(value.text && value.found && !value.problem && !value.ready);

export class Look {
  #told; #store; #outbox;
  #asking = null;
  #open = new Set(); // notes whose box is open
  #typed = new Map(); // and what was typed there and not kept yet
  #sent = 0;
  #sending = false;
  #failed = 0;
  #timer = 0;
  stuck = false; // some notes were asked about, and not looked at
  onasked = () => {};

  constructor(told, store, outbox) {
    [this.#told, this.#store, this.#outbox] = [told, store, outbox];
    part("send").addEventListener("click", () => this.#send());
  }

  // While it asks or sends it draws by itself, once at the end.
  get busy() { return this.#sending || this.#asking !== null; }

  // Show what is here at once; then ask the site what it would hide.
  async show() {
    this.#sent = this.#failed = 0;
    await this.draw();
    await this.ask();
  }

  ask() {
    this.#asking ??= this.#ask().finally(() => { this.#asking = null; });
    return this.#asking;
  }

  async #unlooked() {
    return (await this.#store.list("note")).filter(({ value }) => value.text && !value.found);
  }

  async #ask() {
    clearTimeout(this.#timer);
    this.stuck = false;
    const waiting = await this.#unlooked();
    if (waiting.length) {
      this.#say(say("looking"));
      try {
        const { csrf } = await this.#outbox.greet();
        for (const some of batches(waiting, { size: ({ value }) => value.text.length })) await this.#look(some, csrf);
      } catch (wrong) {
        if (wrong.why) this.#outbox.signal = wrong.why; else console.warn(wrong);
      }
    }
    await this.#later();
    await this.draw();
    this.onasked();
  }

  // What is still not looked at is asked about again, as long as somebody waits here for it.
  async #later() {
    this.stuck = (await this.#unlooked()).length > 0;
    if (!this.stuck) { this.#failed = 0; return; }
    const wait = WAITS[Math.min(this.#failed++, WAITS.length - 1)];
    this.#timer = setTimeout(() => { if (shown() === "look") this.ask().catch(console.warn); }, wait * 1000);
  }

  async #look(some, csrf) {
    const { found } = await ask(this.#told.hide, { body: { texts: some.map(({ value }) => value.text) }, csrf });
    if (!Array.isArray(found) || found.length !== some.length) return;
    const put = some.map(({ value, stamp }, i) => {
      const { before, ...note } = value;
      const kept = before ? keptAgain(before, { ...note, found: found[i] }, this.#told.restorable) : value.kept;
      return { kind: "note", stamp, value: { ...note, found: found[i], kept } };
    });
    await this.#store.change({ put });
  }

  async draw() {
    const [notes, knocks, worries, votes] = await Promise.all(["note", "knock", "worry", "vote"].map((kind) => this.#store.list(kind)));
    const typing = document.activeElement?.closest?.("textarea") && part("notes").contains(document.activeElement);
    if (!typing) {
      const at = document.activeElement?.closest?.(".hg-note")?.dataset.id;
      part("notes").replaceChildren(...notes.map((note) => this.#note(note)));
      if (at) part("notes").querySelector(`[data-id="${at}"] h2`)?.focus({ preventScroll: true });
    }
    this.#others(knocks, worries, votes);
    const ready = notes.filter(({ value }) => sendable(value)).length;
    const send = part("send");
    send.hidden = !ready;
    send.textContent = ready ? counted("send", ready) : "";
    this.#say(this.#state(notes));
  }

  #state(notes) {
    const went = this.#sent ? `${counted("went", this.#sent)} ` : "";
    if (!notes.length) return went || say("look-empty");
    if ([NONE, SIGN_IN, ROLE, BUSY].includes(this.#outbox.signal)) return went + say(`look-${this.#outbox.signal}`);
    return went + (notes.every(({ value }) => value.ready) ? say("look-ready") : "");
  }

  #say(text) {
    const place = part("look-said");
    place.classList.toggle("hg-message--none", !text);
    if (place.textContent !== text) place.textContent = text;
  }

  async #send() {
    const before = await this.#store.list("note");
    if (before.some(({ value }) => this.#typed.has(value.id))) { await this.#keepTyped(before); return; }
    const put = before.filter(({ value }) => sendable(value)).map(({ value, stamp }) => ({ kind: "note", stamp, value: { ...value, ready: true } }));
    part("look-title").focus({ preventScroll: true });
    part("send").hidden = true;
    this.#sending = true;
    try {
      await this.#store.change({ put });
      await this.#outbox.run();
    } finally {
      this.#sending = false;
    }
    this.#sent += before.length - (await this.#store.count("note"));
    await this.draw();
  }

  // Words that were typed and not kept are kept first, and looked at once more before they go.
  async #keepTyped(notes) {
    const put = notes.filter(({ value }) => this.#typed.has(value.id)).map(({ value, stamp }) => ({ kind: "note", stamp, value: rewritten(value, this.#typed.get(value.id)) }));
    this.#typed.clear();
    await this.#store.change({ put });
    await this.ask();
    this.#say(say("changed-first"));
    tell(say("changed-first"));
  }

  // ---- One note ----
  #note({ value, stamp }) {
    const item = part("one-note").content.firstElementChild.cloneNode(true);
    const at = (name) => item.querySelector(`[data-${name}]`);
    const change = async (changes) => {
      await this.#store.change({ put: [{ kind: "note", stamp, value: { ...value, ready: false, ...changes } }] });
      document.activeElement?.blur?.();
      await this.ask();
      (part("notes").querySelector(`[data-id="${value.id}"] h2`) ?? part("look-title")).focus();
    };
    item.dataset.id = value.id;
    const more = item.querySelector("details");
    more.open = this.#open.has(value.id) || !value.text;
    more.addEventListener("toggle", () => (more.open ? this.#open.add(value.id) : this.#open.delete(value.id)));
    at("head").tabIndex = -1;
    at("head").textContent = [moment(value.said_at), value.street, say(`consent-${value.consent}`), value.code].filter(Boolean).join(" · ");
    this.#why(at("why"), value);
    this.#words(at("words"), value);
    at("found").replaceChildren(...this.#found(value, change));
    at("found").hidden = !at("found").children.length;
    at("play").hidden = !value.recorded;
    at("play").addEventListener("click", () => voice.play(this.#store, value.id, () => {}).catch(() => tell(say("cannot-play"))));
    const box = item.querySelector("textarea");
    box.value = this.#typed.get(value.id) ?? value.text;
    box.addEventListener("input", () => this.#typed.set(value.id, box.value));
    const rewrite = (text) => { this.#typed.delete(value.id); return change(rewritten(value, text)); };
    at("keep").addEventListener("click", () => rewrite(box.value));
    at("hide").addEventListener("click", () => {
      const [start, end] = [box.selectionStart, box.selectionEnd];
      if (start === end) { tell(say("mark-first")); box.focus(); return; }
      rewrite(box.value.slice(0, start) + say("hidden-here") + box.value.slice(end));
    });
    at("anew").hidden = !value.problem;
    at("anew").textContent = say(value.problem?.kind === "refused" ? "send-anew-code" : "send-anew");
    at("anew").addEventListener("click", () => this.#anew(value, stamp));
    at("throw").addEventListener("click", async () => {
      await this.#store.change({ remove: [{ id: value.id, stamp, along: [voice.idOf(value.id)] }] });
      await this.draw();
      part("look-title").focus();
    });
    takesTwo(item);
    return item;
  }

  #why(place, value) {
    const why = value.problem ? value.problem.why || say("differs") : !value.text ? say("wordless") : "";
    place.textContent = why;
    place.hidden = !why;
  }

  #words(place, value) {
    if (!value.found) {
      const hint = Object.assign(document.createElement("span"), { className: "govuk-hint", textContent: value.text ? say("not-looked") : "" });
      place.replaceChildren(value.text, ...(value.text ? [document.createElement("br"), hint] : []));
      return;
    }
    place.replaceChildren(...pieces(value.text, value.found, value.kept).map(({ text, detail, shown }) => {
      if (!detail || shown) return text;
      return Object.assign(document.createElement("mark"), { textContent: say("hidden", { said: detail.said }) });
    }));
  }

  #found(value, change) {
    if (!value.found) return [];
    return pieces(value.text, value.found, value.kept).filter(({ detail }) => detail).map(({ text, detail, shown }) => {
      const item = part("one-found").content.firstElementChild.cloneNode(true);
      const told = say(shown ? "found-shown" : "found-hidden", { text, said: detail.said });
      item.querySelector("[data-text]").textContent = told;
      const button = item.querySelector("button");
      if (!this.#told.restorable.includes(detail.kind)) { button.remove(); return item; }
      const others = value.kept.filter(([start, end]) => start !== detail.start || end !== detail.end);
      button.textContent = say(shown ? "hide-again" : "show-again");
      button.setAttribute("aria-label", `${button.textContent}: ${text}`);
      button.addEventListener("click", () => change({ kept: shown ? others : [...others, [detail.start, detail.end]] }));
      return item;
    });
  }

  // The site knows this number with other words, or refused it: the same words under a number of their own.
  async #anew(value, stamp) {
    const fresh = { ...value, id: uuid(), problem: null, ready: true, recorded: false };
    if (value.problem?.kind === "refused") fresh.code = code();
    await this.#store.change({ put: [{ kind: "note", value: fresh }], remove: [{ id: value.id, stamp, along: [voice.idOf(value.id)] }] });
    await this.#outbox.run();
    await this.draw();
  }

  // ---- Doors, worries and answers ----
  #others(knocks, worries, votes) {
    const items = worries.map(({ value, stamp }) => this.#other(say("worry", { text: value.text }), [{ value, stamp }], value.problem));
    const troubled = knocks.filter(({ value }) => value.problem);
    const waiting = knocks.length - troubled.length;
    if (waiting) items.push(this.#other(counted("knocks", waiting), []));
    if (troubled.length) items.push(this.#other(counted("knocks", troubled.length), troubled, troubled[0].value.problem));
    const answers = votes.filter(({ value }) => !value.problem).length; // those with one are told of above
    if (answers) items.push(this.#other(counted("votes", answers), []));
    part("others").querySelector("ul").replaceChildren(...items);
    part("others").hidden = !items.length;
  }

  #other(text, entries, problem) {
    const item = part("one-other").content.firstElementChild.cloneNode(true);
    item.querySelector("[data-words]").textContent = text;
    if (problem) {
      item.querySelector("[data-why]").textContent = problem.why || say("differs");
      item.querySelector("[data-why]").hidden = item.querySelector("[data-twice]").hidden = false;
      item.querySelector("[data-throw]").addEventListener("click", async () => {
        await this.#store.change({ remove: entries.map(({ value, stamp }) => ({ id: value.id, stamp })) });
        await this.draw();
      });
      takesTwo(item);
    }
    return item;
  }
}

// A note with other words: the site must look at them anew; what was shown again is remembered until then.
function rewritten(value, text) {
  const before = value.found ? { text: value.text, found: value.found, kept: value.kept } : value.before;
  return { ...value, text: plain(text), found: null, kept: [], ready: false, problem: null, before };
}

function moment(iso) {
  const when = new Date(iso);
  return Number.isNaN(when.getTime()) ? "" : new Intl.DateTimeFormat(document.documentElement.lang || "en", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(when);
}
