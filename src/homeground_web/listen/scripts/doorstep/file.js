// The last resort: all that waits on this phone in one sealed file, which any phone can bring in with the passphrase.
import { isUuid } from "./made.js";
import * as safe from "./safe.js";

const VERSION = 1;
const LABEL = "homeground notes";
const KINDS = ["note", "knock", "worry", "vote"];
const FEWEST = 100_000, MOST = 5_000_000; // iterations that we accept from a file

export async function toFile(store, slug, passphrase) {
  const entries = [];
  for (const kind of KINDS) {
    for (const { value } of await store.list(kind)) entries.push({ kind, value });
  }
  const salt = safe.salt();
  const key = await safe.fromPassphrase(passphrase, salt);
  const { iv, data } = await safe.seal(key, { place: slug, entries }, LABEL);
  const told = {
    version: VERSION, salt: safe.toBase64(salt), iv: safe.toBase64(iv), iterations: safe.ITERATIONS,
    data: safe.toBase64(new Uint8Array(data)),
  };
  return new Blob([JSON.stringify(told)], { type: "application/json" });
}

export function handOver(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// What went wrong, by name: "unreadable", "passphrase" or "place".
export class BadFile extends Error {
  constructor(why) { super(why); this.why = why; }
}

// Bring in what is not here yet; hand back how many notes came, and how many were here.
export async function fromFile(store, slug, text, passphrase) {
  let told, salt, sealed;
  try {
    told = JSON.parse(text);
    salt = safe.fromBase64(told.salt);
    sealed = { iv: safe.fromBase64(told.iv), data: safe.fromBase64(told.data) };
  } catch { throw new BadFile("unreadable"); }
  if (told.version !== VERSION || !(told.iterations >= FEWEST && told.iterations <= MOST)) throw new BadFile("unreadable");
  let held;
  try {
    held = await safe.unseal(await safe.fromPassphrase(passphrase, salt, told.iterations), sealed, LABEL);
  } catch { throw new BadFile("passphrase"); }
  if (held.place !== slug) throw new BadFile("place");
  const put = held.entries
    .filter(({ kind, value }) => KINDS.includes(kind) && isUuid(value?.id))
    .map(({ kind, value }) => ({ kind, fresh: true, value: kind === "note" ? { ...value, found: null, ready: false } : value }));
  const came = new Set((await store.change({ put })).put);
  const notes = put.filter(({ kind }) => kind === "note");
  return { came: notes.filter(({ value }) => came.has(value.id)).length, there: notes.filter(({ value }) => !came.has(value.id)).length };
}
