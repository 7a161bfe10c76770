// Several tabs, one after another: the browser's own locks, where it has them.
export async function alone(name, act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? act() : undefined));
}

// Claim something for as long as this tab lives; say whether it was free.
export function claim(name) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((told) => {
    navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      told(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined;
    });
  });
}
