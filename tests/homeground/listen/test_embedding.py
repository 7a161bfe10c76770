"""The model in plain NumPy: it agrees with a slow, obvious version, and texts that mean the same are near."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from homeground.errors import BadInput
from homeground.listen.embedding import embed
from homeground.sources.language_model import LanguageModel, open_model

TEXTS = [
    "The bus never comes.",
    "No buses run here after six in the evening.",
    "Lovely park",
    "",
    "Mae'r parc yn hyfryd " * 80,
]


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    """The installed model; `python3 dev.py test` installs it."""
    found = open_model()
    if found is None:
        pytest.skip("the language model is not installed (python3 dev.py test installs it)")
    return found


def slowly(ids: list[int], weights: dict[str, np.ndarray]) -> np.ndarray:
    """Return the meaning of one text, step by step as the papers write it, in double precision."""
    w = {name: value.astype(np.float64) for name, value in weights.items()}

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-12)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    def dense(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}"
        q, k, v = (dense(x, f"{at}.attention.self.{name}") for name in ("query", "key", "value"))
        heads = []
        for head in range(12):
            own = slice(32 * head, 32 * head + 32)
            score = np.exp(q[:, own] @ k[:, own].T / np.sqrt(32))
            heads.append(score / score.sum(1, keepdims=True) @ v[:, own])
        x = norm(x + dense(np.hstack(heads), f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        wide = dense(x, f"{at}.intermediate.dense")
        x = norm(x + dense(wide * 0.5 * (1 + erf(wide / np.sqrt(2))), f"{at}.output.dense"), f"{at}.output.LayerNorm")
    whole = x.mean(0)
    return whole / np.linalg.norm(whole)


def test_it_agrees_with_the_slow_version(model: LanguageModel) -> None:
    """Short, long, empty and cut off at 256 tokens."""
    quick = embed(TEXTS, model.weights, model.tokens)
    slow = np.array([slowly(ids, model.weights) for ids in model.tokens(TEXTS)])
    assert np.abs(quick - slow).max() < 5e-6


def test_the_same_meaning_in_other_words_is_nearer(model: LanguageModel) -> None:
    """Which words alone could not say."""
    bus, also, park = embed(
        ["The bus never comes", "Public transport is unreliable", "A lovely park"], model.weights, model.tokens
    )
    assert bus @ also > bus @ park + 0.2


def test_equal_texts_get_equal_rows_whatever_stands_beside_them(model: LanguageModel) -> None:
    """Read once, used twice."""
    rows = embed(["A lovely park", *TEXTS, "A lovely park"], model.weights, model.tokens)
    assert (rows[0] == rows[-1]).all()


def test_a_folder_without_a_model_says_so(tmp_path) -> None:
    """And one with half a model too; the setting is not passed over."""
    with pytest.raises(BadInput, match="there is no model here"):
        open_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"half")
    with pytest.raises(BadInput, match="cannot be read"):
        open_model(tmp_path)
