// A note's words: in the one form that the server reads too, and cut where details stand.

// The server counts in code points of this form: no control signs, composed, no blanks at the ends.
export function plain(text) {
  const lines = text.replace(/\r\n?/g, "\n");
  return lines.replace(/(?![\n\t])[\p{Cc}\p{Cs}]/gu, "").normalize("NFC").trim();
}

// Pieces of a text: {text} or {text, detail, shown}. `found` are details, `kept` the spans that the person shows again.
export function pieces(text, found, kept) {
  const signs = Array.from(text);
  const cut = [];
  let last = 0;
  for (const detail of found) {
    if (detail.start < last || detail.end > signs.length) continue;
    cut.push({ text: signs.slice(last, detail.start).join("") });
    const shown = kept.some(([start, end]) => start === detail.start && end === detail.end);
    cut.push({ text: signs.slice(detail.start, detail.end).join(""), detail, shown });
    last = detail.end;
  }
  cut.push({ text: signs.slice(last).join("") });
  return cut;
}

// After the words were changed, what was shown again stays shown: the same words of the same kind, wherever they stand now.
export function keptAgain(before, after, restorable) {
  const shown = new Set();
  for (const piece of pieces(before.text, before.found ?? [], before.kept)) {
    if (piece.shown) shown.add(`${piece.detail.kind} ${piece.text}`);
  }
  return pieces(after.text, after.found, [])
    .filter(({ text, detail }) => detail && restorable.includes(detail.kind) && shown.has(`${detail.kind} ${text}`))
    .map(({ detail }) => [detail.start, detail.end]);
}
