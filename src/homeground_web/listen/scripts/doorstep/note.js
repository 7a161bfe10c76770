// The note of one conversation: its form, its draft that survives the phone dying, and its recording.
import { code, uuid } from "./made.js";
import { plain } from "./text.js";
import { claim } from "./turns.js";
import { part, wrong } from "./views.js";
import * as voice from "./voice.js";
import { say } from "./words.js";

const PAUSE = 500;
const MOST_PEOPLE = 500;
const empty = () => ({ text: "", street: "", language: part("language").options[0]?.value ?? "en", people: 1, consent: "", about: {} });
const chosen = () => document.querySelector("input[name=consent]:checked")?.value ?? "";
const abouts = () => [...document.querySelectorAll("[data-about]")];

export class Note {
  #told; #store; #doors;
  #id = "";
  #clock = 0;
  #saving = Promise.resolve();
  #recording = null;
  #recorded = false;
  #touched = false; // an empty note that nobody touched is no draft
  #busy = false; // being saved: a second tap, or a draft put away late, must not come between
  onsaved = () => {};

  constructor(told, store, doors) {
    [this.#told, this.#store, this.#doors] = [told, store, doors];
    const form = part("note");
    form.addEventListener("input", () => this.#soon());
    form.addEventListener("change", () => { this.#hints(); this.#soon(); });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.save(); });
    for (const button of form.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => { part("people").value = this.#people() + Number(button.dataset.step); part("people").value = this.#people(); this.#soon(); });
    }
    part("forget").addEventListener("click", () => this.forget());
    // The phone may end the page at any time once it is out of sight.
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") this.flush(); });
    addEventListener("pagehide", () => this.flush());
    this.#voice();
  }

  get id() { return this.#id; }
  get open() { return !part("note").hidden; }

  // Open an unfinished note that no other tab is writing, if there is one.
  async restore() {
    if (this.open) return true;
    for (const { value } of (await this.#store.list("draft")).reverse()) {
      if (!(await claim(`doorstep draft ${value.id}`))) continue;
      await this.#begin(value.id, value);
      this.#touched = true;
      return true;
    }
    return false;
  }

  async start() {
    if (!this.open) {
      const id = uuid();
      await claim(`doorstep draft ${id}`);
      await this.#begin(id, empty());
    }
    part("words").focus();
  }

  async #begin(id, draft) {
    this.#id = id;
    this.#recorded = this.#touched = false;
    if (draft.patch !== undefined) {
      part("patch").value = draft.patch ?? "";
      this.#doors.onpatch();
    }
    part("words").value = draft.text;
    part("street").value = draft.street;
    if (part("street").value !== draft.street) part("street").value = "";
    part("language").value = draft.language;
    part("people").value = draft.people;
    for (const radio of document.querySelectorAll("input[name=consent]")) radio.checked = radio.value === draft.consent;
    for (const select of abouts()) select.value = draft.about[select.dataset.about] ?? "";
    if (part("about")) part("about").open = Object.keys(draft.about).length > 0;
    this.#complain([]);
    this.#show(true);
    this.#hints();
    await this.#heard();
  }

  #show(open) {
    part("note").hidden = !open;
    const button = document.querySelector("[data-talked]");
    button.setAttribute("aria-expanded", String(open));
    button.classList.toggle("hg-on", open);
  }

  offer(streets) {
    const select = part("street");
    const before = select.value;
    for (const option of [...select.options].slice(1)) option.remove();
    for (const street of streets) select.add(new Option(street, street));
    select.value = streets.includes(before) ? before : "";
    part("street-group").hidden = !streets.length;
    part("by-street").hidden = !streets.length;
    if (!streets.length && chosen() === "street") part("consent-3").checked = false;
    this.#hints();
  }

  #hints() {
    const street = part("street").value;
    part("consent-street").textContent = street ? say("street-hint-of", { street }) : say("street-hint");
  }

  #people() {
    const typed = Number.parseInt(part("people").value, 10);
    return Math.min(MOST_PEOPLE, Math.max(1, Number.isFinite(typed) ? typed : 1));
  }

  #typed() {
    const about = Object.fromEntries(abouts().filter(({ value }) => value).map((select) => [select.dataset.about, select.value]));
    return {
      text: part("words").value, street: part("street").value, language: part("language").value, people: this.#people(), consent: chosen(), about,
    };
  }

  // ---- Draft ----
  #soon() {
    this.#touched = true;
    clearTimeout(this.#clock);
    this.#clock = setTimeout(() => this.flush(), PAUSE);
  }

  flush() {
    clearTimeout(this.#clock);
    this.#clock = 0;
    if (!this.open || !this.#touched || this.#busy || this.#store.locked) return this.#saving;
    const value = { id: this.#id, patch: this.#doors.patch?.id ?? null, at: new Date().toISOString(), ...this.#typed() };
    const act = () => (value.id === this.#id ? this.#store.change({ put: [{ kind: "draft", value }] }) : undefined);
    this.#saving = this.#saving.then(act, act);
    this.#saving.catch(() => {}); // said when the note itself cannot be saved
    return this.#saving;
  }

  async forget() {
    await this.#quiet();
    const id = this.#id;
    this.#close();
    await this.#saving.catch(() => {});
    await this.#store.change({ remove: [{ id, along: [voice.idOf(id)] }] });
    await this.#store.change({ remove: [{ id: voice.idOf(id) }] });
    document.querySelector("[data-talked]").focus();
    await this.restore();
  }

  #close() {
    clearTimeout(this.#clock);
    this.#id = "";
    this.#show(false);
  }

  // ---- Save ----
  async save() {
    if (this.#busy) return;
    this.#busy = true;
    try { await this.#save(); } finally { this.#busy = false; }
  }

  async #save() {
    await this.#quiet();
    const typed = this.#typed();
    const text = plain(typed.text);
    const problems = [];
    if (!text && !this.#recorded) problems.push(["words", say("need-words")]);
    if (typed.consent === "street" && !typed.street) problems.push(["street", say("need-street")]);
    if (!typed.consent) problems.push(["consent", say("need-consent")]);
    this.#complain(problems);
    if (problems.length) return;
    clearTimeout(this.#clock);
    await this.#saving.catch(() => {});
    const knock = this.#doors.made("talked");
    const note = {
      ...typed, id: this.#id, campaign: this.#told.campaign, patch: this.#doors.patch?.id ?? null, text, kept: [], code: code(),
      said_at: new Date().toISOString(), found: null, ready: false, recorded: this.#recorded,
    };
    try {
      // The note takes the draft's place: never both, never neither.
      await this.#store.change({ put: [{ kind: "note", value: note }, knock.put], tally: [knock.tally] });
    } catch (failed) {
      console.warn(failed);
      this.#complain([["words", say("cannot-save")]]);
      return;
    }
    this.#close();
    this.onsaved(note);
  }

  #complain(problems) {
    const summary = part("problems");
    const list = summary.querySelector("ul");
    list.replaceChildren(...problems.map(([id, text]) => {
      const link = Object.assign(document.createElement("a"), { href: `#${id}`, textContent: text });
      link.addEventListener("click", (event) => { event.preventDefault(); part(id).focus(); });
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    for (const id of ["words", "street", "consent"]) wrong(id, problems.find(([where]) => where === id)?.[1] ?? "");
    summary.hidden = !problems.length;
    if (problems.length) { summary.scrollIntoView({ block: "center" }); summary.focus({ preventScroll: true }); }
  }

  // ---- Recording ----
  #voice() {
    const place = part("voice");
    place.hidden = !voice.possible();
    const on = (name, act) => place.querySelector(`[data-${name}]`).addEventListener("click", act);
    on("record", () => this.#record());
    on("stop", () => this.#quiet());
    on("play", () => voice.play(this.#store, this.#id, () => {}).catch(() => this.#sayVoice(say("cannot-play"))));
    on("drop", async () => {
      voice.hush();
      await this.#store.change({ remove: [{ id: voice.idOf(this.#id) }] });
      await this.#heard();
    });
  }

  async #record() {
    try {
      this.#recording = await voice.record(this.#store, this.#id);
    } catch {
      this.#sayVoice(say("no-microphone"));
      return;
    }
    this.#buttons();
    this.#sayVoice(say("recording"));
    this.#touched = true;
    this.flush();
    const mine = this.#recording;
    await mine.stopped.catch(() => this.#sayVoice(say("cannot-save")));
    if (this.#recording === mine) this.#recording = null;
    await this.#heard();
  }

  async #quiet() {
    voice.hush();
    if (!this.#recording) return;
    const mine = this.#recording;
    mine.stop();
    await mine.stopped.catch(() => {});
    if (this.#recording === mine) this.#recording = null;
    await this.#heard();
  }

  async #heard() {
    this.#recorded = Boolean(this.#id && (await this.#store.get(voice.idOf(this.#id))));
    this.#buttons();
    this.#sayVoice(this.#recorded ? say("recorded") : "");
  }

  #buttons() {
    const place = part("voice");
    const at = (name) => place.querySelector(`[data-${name}]`);
    const held = place.contains(document.activeElement);
    at("record").hidden = Boolean(this.#recording) || this.#recorded;
    at("stop").hidden = !this.#recording;
    at("play").hidden = at("drop").hidden = Boolean(this.#recording) || !this.#recorded;
    if (held && document.activeElement.hidden) [...place.querySelectorAll("button")].find((button) => !button.hidden)?.focus();
  }

  #sayVoice(text) { part("voice").querySelector("[data-said]").textContent = text; }
}
