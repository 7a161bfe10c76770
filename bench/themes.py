"""How well and how quickly words become themes, beside other recipes, in the same run.

Scored on the comments of patients in the folder of real data (HOMEGROUND_TEST_DATA), against what trained readers
decided: adjusted Rand index and normalised mutual information. The others are told the right number of themes, we are
not. Timed on invented notes of about 17 words' pieces: 500 and 10,000 notes to first themes, from opening the model.

    python3 bench/themes.py [--notes N ...] [--draws N]
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from _patients import Meaning, patients

from homeground.listen.embedding import embed
from homeground.listen.suggest import suggest
from homeground.listen.themes import GRAINS, find_themes
from homeground.sources.language_model import open_model

DATA = Path(os.environ.get("HOMEGROUND_TEST_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
WHAT = [
    "the bus",
    "our park",
    "the hall",
    "the school",
    "the surgery",
    "the corner shop",
    "the library",
    "the youth club",
    "the path",
    "the road",
]
SAYS = [
    "is never open when people here need it most",
    "was lovely last summer and we would use it more",
    "feels unsafe after dark in winter",
    "costs too much for a family with {n} children",
    "has been shut since {n} years and nobody says why",
    "could be run by us if anybody asked",
]
ALSO = [
    "my neighbours say so too",
    "it used to be better",
    "the council knows",
    "young people leave",
    "we help each other here",
]


def made_up(count: int) -> pl.DataFrame:
    """Return invented notes, nearly all different."""
    pick = random.Random(1)
    said = [
        f"I think {pick.choice(WHAT)} {pick.choice(SAYS).format(n=pick.randrange(2, 40))}, and {pick.choice(ALSO)} "
        f"since {pick.randrange(1960, 2025)}."
        for _ in range(count)
    ]
    return pl.DataFrame({"note": range(count), "text": said})


def scored(meaning: Meaning, draws: int) -> None:
    """Print how near each recipe comes to trained readers."""
    from sklearn.cluster import HDBSCAN, KMeans
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.metrics import adjusted_rand_score, f1_score, normalized_mutual_info_score

    notes, labels = patients(DATA)
    truth, texts = np.array(labels), notes["text"].to_list()
    number = len(set(labels))
    rows = meaning(texts)
    print(f"{len(texts):,} comments of patients, {number} themes by trained readers")

    def told(name: str, found: Any, seconds: float) -> None:
        rand, mutual = adjusted_rand_score(truth, found), normalized_mutual_info_score(truth, found)
        print(f"  {name:48} ARI {rand:.3f}   NMI {mutual:.3f}   {len(set(found)):3} themes   {seconds:6.1f} s")

    meaning(find_themes(notes, meaning=meaning).points["text"].to_list())
    for grain in GRAINS:
        began = time.perf_counter()
        found = find_themes(notes, meaning=meaning, grain=grain).note_themes["theme"].fill_null(-1).to_numpy()
        told(f"homeground, {grain}", found, time.perf_counter() - began)
    began = time.perf_counter()
    words = TfidfVectorizer(stop_words="english", sublinear_tf=True, min_df=2).fit_transform(texts)
    told("TF-IDF + NMF, told the number", NMF(number, random_state=0, max_iter=400).fit_transform(words).argmax(1),
         time.perf_counter() - began)  # fmt: skip
    began = time.perf_counter()
    told("the same meanings + k-means, told the number", KMeans(number, n_init=4, random_state=0).fit_predict(rows),
         time.perf_counter() - began)  # fmt: skip
    try:
        from umap import UMAP
    except ImportError:
        print("  UMAP is not installed here: python3 dev.py bench installs it")
    else:
        began = time.perf_counter()
        flat = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=0).fit_transform(rows)
        laid = time.perf_counter() - began
        loose = HDBSCAN(min_cluster_size=15, copy=True).fit_predict(flat)
        told(f"UMAP + HDBSCAN ({(loose < 0).mean():.0%} thrown away as noise)", loose, laid)
        told("UMAP + k-means, told the number", KMeans(number, n_init=4, random_state=0).fit_predict(flat), laid)
    scores = []
    for seed in range(draws):
        pick = np.random.default_rng(seed)
        own = [
            row for one in sorted(set(labels)) for row in pick.choice(np.flatnonzero(truth == one), 5, replace=False)
        ]
        table = suggest(notes, pl.DataFrame({"note": own, "theme": truth[own]}), meaning=meaning).table
        unseen, said = truth[table["note"].to_numpy()], table["theme"].to_list()
        scores.append((adjusted_rand_score(unseen, said), f1_score(unseen, said, average="macro")))
    rand, f1 = np.mean(scores, axis=0)
    print(
        f"  homeground, five confirmed quotes a theme, on the rest: ARI {rand:.3f}, macro-F1 {f1:.3f} ({draws} draws)"
    )


def timed(count: int) -> None:
    """Print how long it takes from opening the model to first themes."""
    notes = made_up(count)
    began = time.perf_counter()
    model = open_model()
    assert model is not None
    found = find_themes(notes, meaning=lambda texts: embed(texts, model.weights, model.tokens))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,} invented notes to {found.themes.height} themes: {seconds:.1f} s, {peak:,.0f} MB")


def main() -> int:
    """Time, then score."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--notes", type=int, nargs="*", default=[500, 10_000])
    asked.add_argument("--draws", type=int, default=20)
    options = asked.parse_args()
    model = open_model()
    if model is None:
        print("The language model is not installed: python3 dev.py test installs it.")
        return 1
    for count in options.notes:
        timed(count)
    if not (DATA / "conversations").is_dir():
        print(f"No real data at {DATA}: nothing is scored.")
        return 0
    scored(Meaning(model), options.draws)
    return 0


if __name__ == "__main__":
    sys.exit(main())
