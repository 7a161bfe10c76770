// Patch, four buttons, and how many doors today.
import { uuid } from "./made.js";
import { part, tell } from "./views.js";
import { counted, say } from "./words.js";

const UNDO = 10_000;
const TWICE = 700; // a thumb in the rain taps twice

export class Doors {
  #told; #store; #outbox;
  #last = 0;
  #undoing = null;
  ontalked = () => {};
  onpatch = () => {};

  constructor(told, store, outbox) {
    [this.#told, this.#store, this.#outbox] = [told, store, outbox];
    part("patch").addEventListener("change", () => {
      store.choose("patch", part("patch").value);
      this.onpatch();
      this.draw();
    });
    for (const button of document.querySelectorAll("[data-knock]")) button.addEventListener("click", () => this.#knock(button.dataset.knock));
    document.querySelector("[data-talked]").addEventListener("click", () => this.ontalked());
    part("undo").querySelector("button").addEventListener("click", () => this.#undo());
  }

  async begin() {
    part("patch-group").hidden = !this.#told.patches.length;
    const before = await this.#store.chosen("patch");
    if ([...part("patch").options].some((option) => option.value === before)) part("patch").value = before;
    this.onpatch();
    await this.draw();
  }

  get patch() { return this.#told.patches.find(({ id }) => String(id) === part("patch").value) ?? null; }

  get streets() {
    const patches = this.patch ? [this.patch] : this.#told.patches;
    return [...new Set(patches.flatMap(({ streets }) => streets))];
  }

  // A knock, and its place in today's count of this patch.
  made(outcome) {
    const value = { id: uuid(), campaign: this.#told.campaign, patch: this.patch?.id ?? null, outcome, at: new Date().toISOString() };
    return { put: { kind: "knock", value }, tally: [this.#today(), 1] };
  }

  #today() {
    const now = new Date();
    return `${now.getFullYear()}-${now.getMonth() + 1}-${now.getDate()} ${this.#told.campaign} ${this.patch?.id ?? ""}`;
  }

  async #knock(outcome) {
    if (Date.now() - this.#last < TWICE) return;
    this.#last = Date.now();
    const { put, tally } = this.made(outcome);
    this.#undone();
    this.#outbox.hold(put.value.id);
    try {
      await this.#store.change({ put: [put], tally: [tally] });
    } catch {
      this.#outbox.release(put.value.id);
      this.#say(say("cannot-save"), false);
      return;
    }
    const clock = setTimeout(() => this.#undone(), UNDO);
    this.#undoing = { id: put.value.id, tally, clock };
    this.#say(say(`knocked-${outcome}`), true);
  }

  #say(text, undo) {
    const bar = part("undo");
    bar.hidden = false;
    bar.querySelector("[data-text]").textContent = text;
    bar.querySelector("button").hidden = !undo;
    tell(text);
  }

  async #undo() {
    const { id, tally } = this.#undoing;
    const { removed } = await this.#store.change({ remove: [{ id }] });
    if (removed.length) await this.#store.change({ tally: [[tally[0], -1]] });
    this.#undone();
    tell(say(removed.length ? "undone" : "gone-already"));
  }

  // The time to undo is over, or it was undone: the knock may go.
  #undone() {
    if (!this.#undoing) return;
    const { id, clock } = this.#undoing;
    clearTimeout(clock);
    this.#undoing = null;
    const bar = part("undo");
    if (bar.contains(document.activeElement)) document.querySelector("[data-knock]").focus();
    bar.hidden = true;
    this.#outbox.release(id);
  }

  async draw() {
    const today = counted("today", await this.#store.tallied(this.#today()));
    part("count").textContent = this.patch?.doors ? `${today} ${counted("has", this.patch.doors)}` : today;
  }
}
