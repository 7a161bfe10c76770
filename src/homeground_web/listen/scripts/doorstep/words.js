// What the page says. The words stand in the page's <template> elements, translated; here they are looked up and filled in.
const fill = (text, parts) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in parts ? parts[name] : whole));
const read = (template) => template.content.textContent.trim();

export function say(key, parts = {}) {
  const found = document.querySelector(`template[data-say="${key}"]:not([data-n])`);
  return found ? fill(read(found), parts) : "";
}

// A phrase with a number in it. The page holds it for a few numbers; which of them fits is a matter of the language.
export function counted(key, n, parts = {}) {
  const held = [...document.querySelectorAll(`template[data-say="${key}"][data-n]`)];
  const rules = new Intl.PluralRules(document.documentElement.lang || "en");
  const found = held.find((one) => Number(one.dataset.n) === n)
    ?? held.reverse().find((one) => rules.select(Number(one.dataset.n)) === rules.select(n))
    ?? held[0];
  return found ? fill(read(found), { n: number(n), ...parts }) : String(n);
}

export const number = (n) => new Intl.NumberFormat(document.documentElement.lang || "en").format(n);
