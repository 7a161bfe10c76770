"""The comments of patients that themes are scored on: real words, with what trained readers decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

_FILE = Path("conversations", "nhs-patient-experience", "v6framework_230831_part1.csv")
_NO_LABEL = ("Labelling not possible", "Not assigned")
_FEWEST = 20  # comments of a label


def patients(folder: Path) -> tuple[pl.DataFrame, list[str]]:
    """Return comments with one label, two words or more, no repeats, 20 comments a label: ``note, text``; labels."""
    table = pl.read_csv(folder / _FILE, infer_schema=False)
    labels = table.columns[table.columns.index("Comment sentiment") + 1 :]
    rows: list[tuple[str, str]] = []
    seen = set()
    for row in table.iter_rows(named=True):
        own = [label for label in labels if row[label] == "1"]
        if len(own) != 1 or own[0] in _NO_LABEL:
            continue
        text = (row["FFT answer"] or "").strip()
        plain = " ".join(text.lower().split())
        if " " in plain and plain not in seen:
            rows.append((text, own[0]))
        seen.add(plain)
    size = Counter(label for _, label in rows)
    rows = [row for row in rows if size[row[1]] >= _FEWEST]
    notes = pl.DataFrame({"note": range(len(rows)), "text": [text for text, _ in rows]})
    return notes, [label for _, label in rows]


class Meaning:
    """Meanings of texts by a language model, each worked out once."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.known: dict[str, Any] = {}

    def __call__(self, texts: Sequence[str]) -> Any:
        """Return a row for each text."""
        from homeground.listen.embedding import embed

        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        if new:
            self.known.update(zip(new, embed(new, self.model.weights, self.model.tokens), strict=True))
        return np.array([self.known[text] for text in texts])
