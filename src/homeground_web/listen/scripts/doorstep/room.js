// Room on the phone: ask once that notes are not cleared, and say when it is nearly full.
const FULL = 0.9;
const LEAST = 20_000_000; // bytes

// "kept", "may-clear" or "unknown". Asked of the browser once; afterwards only what it decided is read.
export async function asked(store) {
  if (!navigator.storage?.persist) return "unknown";
  if (await navigator.storage.persisted()) return "kept";
  if (await store.chosen("asked to keep")) return "may-clear";
  await store.choose("asked to keep", true);
  return (await navigator.storage.persist()) ? "kept" : "may-clear";
}

export async function nearlyFull() {
  if (!navigator.storage?.estimate) return false;
  const { usage = 0, quota = 0 } = await navigator.storage.estimate();
  return quota > 0 && (usage / quota > FULL || quota - usage < LEAST);
}
