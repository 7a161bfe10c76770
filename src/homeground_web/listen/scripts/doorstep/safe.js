// Sealing: AES-GCM with a key that cannot be taken out of the browser, made by chance or from a passphrase.
export const ITERATIONS = 310_000;
const USES = ["encrypt", "decrypt"];
const KIND = { name: "AES-GCM", length: 256 };
const encode = (text) => new TextEncoder().encode(text);

export const possible = () => Boolean(globalThis.crypto?.subtle && globalThis.indexedDB);
export const byChance = () => crypto.subtle.generateKey(KIND, false, USES);
export const salt = () => crypto.getRandomValues(new Uint8Array(16));

export async function fromPassphrase(passphrase, salted, iterations = ITERATIONS) {
  const typed = await crypto.subtle.importKey("raw", encode(passphrase.normalize("NFKC")), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-256", salt: salted, iterations }, typed, KIND, false, USES);
}

// `label` is sealed in: what was sealed as one thing cannot be passed off as another.
export async function seal(key, value, label) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: encode(label) }, key, encode(JSON.stringify(value)));
  return { iv, data };
}

export async function unseal(key, { iv, data }, label) {
  const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: encode(label) }, key, data);
  return JSON.parse(new TextDecoder().decode(bytes));
}

export function toBase64(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
