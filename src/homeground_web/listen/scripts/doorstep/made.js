// What is made on the phone by chance: numbers of notes, the code that a person is given, and an order that favours nothing.
const LETTERS = "BCDFGHJKLMNPRSTVWXYZ"; // no vowels, so that no code is a word
const DIGITS = "23456789";

export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export const isUuid = (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);

export function code() {
  return [pick(LETTERS, 3), pick(DIGITS, 3), pick(LETTERS, 3)].join("-");
}

// Bytes past the last whole multiple are thrown away, so that every sign is as likely as any other.
function pick(signs, count) {
  const whole = 256 - (256 % signs.length);
  let picked = "";
  while (picked.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(16))) {
      if (byte < whole && picked.length < count) picked += signs[byte % signs.length];
    }
  }
  return picked;
}

// Every order is as likely as any other.
export function shuffled(things) {
  const mixed = [...things];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = below(last + 1);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

function below(limit) {
  const whole = 2 ** 32 - (2 ** 32 % limit);
  for (;;) {
    const [drawn] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < whole) return drawn % limit;
  }
}
