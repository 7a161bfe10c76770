// Where notes lie on the phone: sealed, in IndexedDB, with a count beside it that notices when the phone throws some away.
import { openDB } from "idb";
import * as safe from "./safe.js";
import { uuid } from "./made.js";

export class Relocked extends Error {} // another tab has changed the key
const stampOf = (record) => safe.toBase64(record.iv);
const labelOf = ({ kind, id }) => `${kind} ${id}`;

export async function openStore(slug) {
  const db = await openDB(`doorstep ${slug}`, 1, {
    upgrade(made) {
      made.createObjectStore("keys");
      made.createObjectStore("tally");
      made.createObjectStore("entries", { keyPath: "id" }).createIndex("kind", "kind");
    },
  });
  const store = new Store(db, slug);
  await store.begin();
  return store;
}

class Store {
  #db;
  #key = null;
  #lock = null;
  #counter;
  #channel;
  unreadable = 0;
  device = "";
  onchange = () => {};
  onrelock = () => {};

  constructor(db, slug) {
    this.#db = db;
    this.#counter = `doorstep ${slug}`;
    this.#channel = new BroadcastChannel(`doorstep ${slug}`);
    this.#channel.onmessage = ({ data }) => (data === "relocked" ? this.onrelock() : this.onchange());
    db.addEventListener("versionchange", () => db.close());
  }

  async begin() {
    const [key, id, device] = [await safe.byChance(), uuid(), uuid()];
    const tx = this.#db.transaction(["keys", "entries"], "readwrite");
    const keys = tx.objectStore("keys");
    this.#lock = await keys.get("lock");
    if (!this.#lock) await keys.put((this.#lock = { id, key }), "lock");
    this.device = (await keys.get("device")) ?? device;
    await keys.put(this.device, "device");
    // Counted and compared inside one transaction, which other tabs wait for.
    const there = await tx.objectStore("entries").index("kind").count("note");
    const gone = this.#remembered().notes - there;
    if (gone > 0) this.#remember({ notes: there, lost: this.#remembered().lost + gone });
    await tx.done;
    this.#key = this.#lock.key ?? null;
  }

  #remembered() {
    try { return { notes: 0, lost: 0, ...JSON.parse(localStorage.getItem(this.#counter)) }; } catch { return { notes: 0, lost: 0 }; }
  }

  #remember(told) {
    try { localStorage.setItem(this.#counter, JSON.stringify({ ...this.#remembered(), ...told })); } catch { /* full: no count, the notes matter more */ }
  }

  get lost() { return this.#remembered().lost; }
  forgive() { this.#remember({ lost: 0 }); }

  // ---- Lock ----
  get locked() { return this.#key === null; }
  get byPassphrase() { return !this.#lock.key; }

  // Look at the key again, after another tab has changed it; say whether the notes can be read.
  async look() {
    const lock = await this.#db.get("keys", "lock");
    if (lock?.id !== this.#lock.id) {
      this.#lock = lock;
      this.#key = lock.key ?? null;
    }
    return !this.locked;
  }

  async unlock(passphrase) {
    const key = await safe.fromPassphrase(passphrase, this.#lock.salt, this.#lock.iterations);
    try { await safe.unseal(key, this.#lock.check, "check"); } catch { return false; }
    this.#key = key;
    return true;
  }

  async lockWith(passphrase) {
    const salt = safe.salt();
    const key = await safe.fromPassphrase(passphrase, salt);
    const check = await safe.seal(key, "open", "check");
    await this.#rekey({ id: uuid(), salt, iterations: safe.ITERATIONS, check }, key);
  }

  async unlockForGood() {
    const key = await safe.byChance();
    await this.#rekey({ id: uuid(), key }, key);
  }

  // Seal everything anew. Sealing takes longer than a transaction lives: what changed meanwhile is noticed, and it begins again.
  async #rekey(lock, key) {
    for (;;) {
      const before = await this.#db.getAll("entries");
      const sealed = [];
      for (const record of before) {
        let value;
        try { value = await safe.unseal(this.#key, record, labelOf(record)); } catch { continue; }
        sealed.push({ ...record, ...(await safe.seal(key, value, labelOf(record))) });
      }
      const tx = this.#db.transaction(["keys", "entries"], "readwrite", { durability: "strict" });
      const entries = tx.objectStore("entries");
      if ((await tx.objectStore("keys").get("lock")).id !== this.#lock.id) throw new Relocked();
      const now = await entries.getAll();
      const same = now.length === before.length && now.every((record, i) => record.id === before[i].id && stampOf(record) === stampOf(before[i]));
      if (!same) { await tx.done; continue; }
      for (const record of sealed) entries.put(record);
      tx.objectStore("keys").put(lock, "lock");
      await tx.done;
      [this.#lock, this.#key] = [lock, key];
      this.#channel.postMessage("relocked");
      return;
    }
  }

  // ---- Entries ----
  count(kind) { return this.#db.countFromIndex("entries", "kind", kind); }

  // All of a kind, as {value, stamp}; the stamp changes whenever the entry does.
  async list(kind) {
    const found = [];
    let unreadable = 0;
    const records = await this.#db.getAllFromIndex("entries", "kind", kind);
    await Promise.all(records.map(async (record) => {
      try {
        found.push({ value: await safe.unseal(this.#key, record, labelOf(record)), stamp: stampOf(record) });
      } catch { unreadable += 1; }
    }));
    if (kind === "note") this.unreadable = unreadable;
    const when = ({ value }) => value.said_at ?? value.at ?? "";
    return found.sort((a, b) => (when(a) < when(b) ? -1 : when(a) > when(b) ? 1 : a.value.id < b.value.id ? -1 : 1));
  }

  async get(id) {
    const record = await this.#db.get("entries", id);
    if (!record) return null;
    try { return await safe.unseal(this.#key, record, labelOf(record)); } catch { return null; }
  }

  // Put and remove in one go. A put with a stamp, or a removal with one, happens only while the entry is still the same;
  // a put marked `fresh` only if nothing has its number. Hand back the numbers that were put and removed.
  async change({ put = [], remove = [], tally = [] }) {
    const sealed = await Promise.all(put.map(async ({ kind, value, ...how }) => {
      const record = { id: value.id, kind };
      return { how, record: { ...record, ...(await safe.seal(this.#key, value, labelOf(record))) } };
    }));
    const tx = this.#db.transaction(["keys", "entries", "tally"], "readwrite", { durability: "strict" });
    const done = { put: [], removed: [] };
    try {
      const entries = tx.objectStore("entries");
      if ((await tx.objectStore("keys").get("lock")).id !== this.#lock.id) throw new Relocked();
      const same = async (id, stamp) => {
        const there = await entries.get(id);
        return Boolean(there) && stampOf(there) === stamp;
      };
      for (const { how, record } of sealed) {
        if (how.stamp && !(await same(record.id, how.stamp))) continue;
        if (how.fresh && (await entries.get(record.id))) continue;
        await entries.put(record);
        done.put.push(record.id);
      }
      for (const { id, stamp, along = [] } of remove) {
        if (!(await entries.getKey(id)) || (stamp && !(await same(id, stamp)))) continue;
        for (const one of [id, ...along]) await entries.delete(one);
        done.removed.push(id);
      }
      for (const [key, by] of tally) {
        const store = tx.objectStore("tally");
        await store.put(Math.max(0, ((await store.get(key)) ?? 0) + by), key);
      }
      this.#remember({ notes: await entries.index("kind").count("note") });
      await tx.done;
    } catch (wrong) {
      try { tx.abort(); } catch { /* it has ended already */ }
      await tx.done.catch(() => {});
      throw wrong;
    }
    this.#channel.postMessage("changed");
    this.onchange();
    return done;
  }

  // Everything on this phone, for somebody who forgot the passphrase.
  async empty() {
    const key = await safe.byChance();
    const lock = { id: uuid(), key };
    const tx = this.#db.transaction(["keys", "entries"], "readwrite");
    tx.objectStore("entries").clear();
    tx.objectStore("keys").put(lock, "lock");
    await tx.done;
    this.#remember({ notes: 0 });
    [this.#lock, this.#key] = [lock, key];
    this.#channel.postMessage("relocked");
  }

  // ---- Counts and choices that say nothing about anybody ----
  async tallied(key) { return (await this.#db.get("tally", key)) ?? 0; }
  async choose(name, value) { await this.#db.put("keys", value, `choice ${name}`); }
  chosen(name) { return this.#db.get("keys", `choice ${name}`); }
}
