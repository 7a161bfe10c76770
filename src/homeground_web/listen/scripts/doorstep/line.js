// The line to the site: what is asked of it, with a limit to our patience, and what its answers mean.
export const NONE = "none", BUSY = "busy", SIGN_IN = "sign-in", ROLE = "role", YES = "yes";

export class NoAnswer extends Error {
  constructor(why, { status = 0, after = 0 } = {}) {
    super(why);
    Object.assign(this, { why, status, after });
  }
}

export async function ask(address, { body, csrf, patience = 20_000 } = {}) {
  const stop = new AbortController();
  const clock = setTimeout(() => stop.abort(), patience);
  try {
    const headers = { Accept: "application/json" };
    const how = { credentials: "same-origin", cache: "no-store", redirect: "error", signal: stop.signal, headers };
    if (body) {
      Object.assign(headers, { "Content-Type": "application/json", "X-CSRFToken": csrf });
      Object.assign(how, { method: "POST", body: JSON.stringify(body) });
    }
    const answer = await fetch(address, how);
    const told = await answer.json().catch(() => null);
    if (answer.status === 200 && told && typeof told === "object") return told;
    throw new NoAnswer(meaning(answer.status, told), { status: answer.status, after: Number(answer.headers.get("Retry-After")) || 0 });
  } catch (wrong) {
    throw wrong instanceof NoAnswer ? wrong : new NoAnswer(NONE);
  } finally {
    clearTimeout(clock);
  }
}

function meaning(status, told) {
  if (status === 401) return SIGN_IN;
  if (status === 403 && told?.why === "role") return ROLE;
  return BUSY;
}

// Who is there? Gives what a form must carry, or says why nobody answers.
export async function hello(told) {
  if (navigator.onLine === false) throw new NoAnswer(NONE);
  return ask(told.hello, { patience: 8_000 });
}
