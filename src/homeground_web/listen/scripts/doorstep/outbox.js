// Sending: fifty at a time, one after another, from one tab at a time. What the site has not acknowledged stays on the phone.
import { batches } from "./batches.js";
import { ask, hello, BUSY, NONE, NoAnswer, YES } from "./line.js";
import { Relocked } from "./store.js";
import { alone } from "./turns.js";

const WAITS = [5, 15, 60, 300, 600]; // seconds
const LISTS = { note: "notes", knock: "knocks", worry: "worries", vote: "votes" };
const FIELDS = {
  note: ["id", "campaign", "patch", "street", "text", "kept", "people", "language", "consent", "about", "code", "said_at"],
  knock: ["id", "campaign", "patch", "outcome", "at"],
  worry: ["id", "campaign", "note", "text", "at"],
  vote: ["id", "campaign", "statement", "person", "value", "at"],
};

export const ready = (kind, value) => !value.problem && (kind !== "note" || (value.ready && Boolean(value.text)));

export class Outbox {
  #told;
  #store;
  #failed = 0;
  #timer = 0;
  #again = false;
  #running = null;
  #held = new Set();
  sending = false;
  signal = navigator.onLine === false ? NONE : YES;
  onchange = () => {};
  onback = () => {};

  constructor(told, store) {
    this.#told = told;
    this.#store = store;
    const hurry = () => {
      this.#failed = 0;
      if (this.signal === YES) this.run(); else this.greet().catch(() => {}).finally(() => this.run());
    };
    addEventListener("online", hurry);
    addEventListener("offline", () => { this.signal = NONE; this.onchange(); });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") hurry(); });
  }

  // A knock that can still be undone waits.
  hold(id) { this.#held.add(id); }
  release(id) { if (this.#held.delete(id)) this.run(); }

  // Ask whether the site is there; run() does it by itself.
  async greet() {
    try {
      const there = await hello(this.#told);
      const before = this.signal;
      this.signal = YES;
      if (before !== YES) this.onback();
      return there;
    } catch (wrong) {
      this.signal = wrong.why ?? BUSY;
      throw wrong;
    } finally {
      this.onchange();
    }
  }

  run() {
    if (this.#running) { this.#again = true; return this.#running; }
    this.#running = this.#runs().finally(() => { this.#running = null; });
    return this.#running;
  }

  async #runs() {
    do {
      this.#again = false;
      clearTimeout(this.#timer);
      try {
        const mine = await alone(`doorstep sync ${this.#told.sync}`, async () => { await this.#pass(); return true; });
        this.#failed = 0;
        if (!mine) this.#timer = setTimeout(() => this.run(), 3_000); // another tab is sending: see afterwards what it left
      } catch (wrong) {
        if (!(wrong instanceof NoAnswer) && !(wrong instanceof Relocked)) console.warn(wrong);
        this.signal = wrong.why ?? BUSY;
        this.#later(wrong.after ?? 0);
        return;
      } finally {
        this.sending = false;
        this.onchange();
      }
    } while (this.#again);
  }

  #later(after) {
    const wait = Math.max(WAITS[Math.min(this.#failed++, WAITS.length - 1)], after);
    this.#timer = setTimeout(() => this.run(), wait * 1000 * (1 + Math.random() / 4)); // phones of one street do not all come at once
  }

  async #pass() {
    const waiting = this.#store.locked ? [] : await this.#waiting();
    if (!waiting.length) return;
    const { csrf } = await this.greet();
    this.sending = true;
    this.onchange();
    let left = 0;
    // Notes of different times of listening are sent apart: the site takes one at a time.
    for (const batch of batches(waiting, { size: ({ value }) => JSON.stringify(value).length, of: ({ value }) => value.campaign })) {
      left += await this.#send(batch, csrf);
    }
    if (left) throw new NoAnswer(BUSY); // it did not speak of all: later again
  }

  async #waiting() {
    const found = [];
    for (const kind of ["worry", "knock", "vote", "note"]) {
      for (const { value, stamp } of await this.#store.list(kind)) {
        if (ready(kind, value) && !this.#held.has(value.id)) found.push({ kind, value, stamp });
      }
    }
    return found;
  }

  // Hand back how many are still here. What the site cannot read or finds too large is sent in halves, to find the one.
  async #send(batch, csrf) {
    const body = { device: this.#store.device, now: new Date().toISOString(), notes: [], knocks: [], worries: [], votes: [] };
    for (const { kind, value } of batch) body[LISTS[kind]].push(Object.fromEntries(FIELDS[kind].map((name) => [name, value[name] ?? null])));
    let answer;
    try {
      answer = await ask(this.#told.sync, { body, csrf, patience: 60_000 });
    } catch (wrong) {
      if (![400, 404, 413].includes(wrong.status)) throw wrong;
      if (batch.length === 1 || wrong.status === 404) return batch.length;
      const half = batch.length >> 1;
      return (await this.#send(batch.slice(0, half), csrf)) + (await this.#send(batch.slice(half), csrf));
    }
    return this.#settle(batch, answer);
  }

  // Only what the site names as taken, or as there already, goes from the phone; and only as it was sent.
  async #settle(batch, answer) {
    const named = (name) => (Array.isArray(answer[name]) ? answer[name] : []);
    const safe = new Set([...named("taken"), ...named("there")]);
    const problems = new Map(named("differs").map((id) => [id, { kind: "differs", why: "" }]));
    for (const one of named("refused")) problems.set(one?.id, { kind: "refused", why: String(one?.why ?? "") });
    const remove = [];
    const put = [];
    for (const { kind, value, stamp } of batch) {
      if (safe.has(value.id)) remove.push({ id: value.id, stamp, along: kind === "note" ? [`voice ${value.id}`] : [] });
      else if (problems.has(value.id)) put.push({ kind, stamp, value: { ...value, ready: false, problem: problems.get(value.id) } });
    }
    if (remove.length || put.length) await this.#store.change({ put, remove });
    return batch.length - remove.length - put.length;
  }
}
