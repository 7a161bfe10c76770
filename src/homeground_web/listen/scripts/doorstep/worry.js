// A worry about somebody: for one named person only. What is typed is kept as it is typed.
import { uuid } from "./made.js";
import { plain } from "./text.js";
import { part, tell, wrong } from "./views.js";
import { say } from "./words.js";

const DRAFT = "worry draft";
const PAUSE = 500;

export class Worry {
  #told; #store; #outbox;
  #clock = 0;
  #saving = Promise.resolve();
  #about = null;
  onsaved = () => {};

  constructor(told, store, outbox) {
    [this.#told, this.#store, this.#outbox] = [told, store, outbox];
    const form = part("worry");
    form?.addEventListener("input", () => { clearTimeout(this.#clock); this.#clock = setTimeout(() => this.#keep(), PAUSE); });
    form?.addEventListener("submit", (event) => { event.preventDefault(); this.#save(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && this.#clock) this.#keep(); });
  }

  // `note` is the conversation that it came up in, if any.
  async open(note) {
    this.#about = note;
    wrong("worry-words", "");
    if (!part("worry-words").value) part("worry-words").value = (await this.#store.get(DRAFT))?.text ?? "";
  }

  #keep() {
    clearTimeout(this.#clock);
    this.#clock = 0;
    const text = part("worry-words").value;
    const act = () => this.#store.change({ put: [{ kind: "worry-draft", value: { id: DRAFT, text } }] });
    this.#saving = this.#saving.then(act, act);
    this.#saving.catch(() => {});
  }

  async #save() {
    const box = part("worry-words");
    const text = plain(box.value);
    wrong("worry-words", text ? "" : say("need-worry"));
    if (!text) { box.focus(); return; }
    clearTimeout(this.#clock);
    this.#clock = 0;
    await this.#saving.catch(() => {});
    const value = { id: uuid(), campaign: this.#told.campaign, note: this.#about, text, at: new Date().toISOString() };
    try {
      await this.#store.change({ put: [{ kind: "worry", value }], remove: [{ id: DRAFT }] });
    } catch (failed) {
      console.warn(failed);
      wrong("worry-words", say("cannot-save"));
      return;
    }
    box.value = "";
    this.#outbox.run();
    this.onsaved();
    tell(say("worry-saved"));
  }
}
