// Statements, asked of a person who holds the phone for a minute. Each sitting is somebody new, and sees no earlier answer.
import { shuffled, uuid } from "./made.js";
import { part, tell } from "./views.js";
import { number, say } from "./words.js";

const TWICE = 700; // a thumb in the rain taps twice: the second tap is no answer to the next statement

export class Sitting {
  #told; #store;
  #person = "";
  #left = [];
  #last = 0;
  #saving = false;
  onended = () => {};

  constructor(told, store) {
    [this.#told, this.#store] = [told, store];
    for (const button of document.querySelectorAll("[data-answer]")) button.addEventListener("click", () => this.#answer(Number(button.dataset.answer)));
    part("stop-asking")?.addEventListener("click", () => { if (!this.#tooSoon()) this.end(); });
    part("next-person")?.addEventListener("click", () => { if (!this.#tooSoon()) { this.begin(); part("statements-title").focus(); } });
  }

  begin() {
    this.#person = uuid();
    this.#left = shuffled(this.#told.statements ?? []);
    this.#draw();
  }

  // Over: all were answered, the person stopped, or the phone's own Back was pressed.
  end() {
    if (!this.#person) return;
    [this.#person, this.#left] = ["", []];
    this.#draw();
    part("thanks-title").focus();
    this.onended();
  }

  async #answer(value) {
    if (this.#saving || !this.#left.length || this.#tooSoon()) return;
    const [{ id: statement }, person] = [this.#left[0], this.#person];
    const vote = { id: uuid(), campaign: this.#told.campaign, statement, person, value, at: new Date().toISOString() };
    this.#saving = true;
    try {
      await this.#store.change({ put: [{ kind: "vote", value: vote }] });
    } catch (wrong) {
      console.warn(wrong);
      this.#wrong(say("cannot-save-answer"));
      return;
    } finally {
      this.#saving = false;
    }
    if (this.#person !== person) { this.onended(); return; } // Back was pressed meanwhile
    this.#left.shift();
    if (!this.#left.length) { this.end(); return; }
    this.#draw();
    part("statement").focus();
  }

  #tooSoon() { return Date.now() - this.#last < TWICE; }

  #draw() {
    this.#last = Date.now();
    this.#wrong("");
    part("asking").hidden = !this.#left.length;
    part("thanks").hidden = this.#left.length > 0;
    const all = this.#told.statements ?? [];
    const { text = "", language = "" } = this.#left[0] ?? {};
    const box = part("statement");
    box.textContent = text;
    if (language) box.lang = language; else box.removeAttribute("lang");
    part("which").textContent = text && say("which", { n: number(all.length - this.#left.length + 1), m: number(all.length) });
  }

  #wrong(text) {
    part("answer-wrong").textContent = text;
    part("answer-wrong").hidden = !text;
    if (text) tell(text);
  }
}
