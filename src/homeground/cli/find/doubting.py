"""What ``homeground find certainty`` is asked to vary: the option --vary, or a specification file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from homeground.find.doubting.doubt import CertaintySpec

__all__ = ["spec_from"]


def spec_from(options: dict[str, Any]) -> CertaintySpec:
    """Return the specification that the options of the command say, from --vary or from a file."""
    from homeground.errors import BadSpecification
    from homeground.find.doubting.doubt import parse_specification
    from homeground.sources import specifications

    if options["vary"] is not None and options["spec"] is not None:
        raise BadSpecification("--vary and --spec are both given", remedy="Say what is in doubt in one of the two.")
    if options["spec"] is not None:
        said = specifications.read(options["spec"])
        file: str | None = str(options["spec"])
    else:
        said = _varied("weights,threshold" if options["vary"] is None else options["vary"])
        file = None
    if options["edition"] and "edition" not in said:
        said["edition"] = {}
    if options["draws"] is not None:
        said["draws"] = options["draws"]
    source = click.get_current_context().get_parameter_source("seed")
    if "seed" not in said or source is not click.core.ParameterSource.DEFAULT:
        said["seed"] = options["seed"]
    return parse_specification(said, file=file)


def _varied(text: str) -> dict[str, Any]:
    """Return what --vary says as a specification would."""
    import difflib

    from homeground.errors import BadSpecification

    known = {
        "weights": _weights, "noise": _noise, "normalisation": _choices, "threshold": _threshold, "rule": _choices,
        "edition": _choices,
    }  # fmt: skip
    said: dict[str, Any] = {}
    for item in text.split(","):
        name, _, setting = (piece.strip() for piece in item.strip().partition("="))
        if name not in known:
            near = difflib.get_close_matches(name, list(known), n=1)
            hint = f"Did you mean '{near[0]}'? " if near else ""
            raise BadSpecification(
                f"--vary names '{name}', which is not known", remedy=f"{hint}Use {', '.join(known)}."
            )
        if name in said:
            raise BadSpecification(f"--vary names '{name}' twice", remedy="Name it once.")
        said[name] = known[name](setting, name)
    return said


def _number(text: str, name: str) -> float:
    from homeground.errors import BadSpecification

    try:
        return float(text)
    except ValueError:
        raise BadSpecification(f"--vary {name}={text}: '{text}' is not a number", remedy="See --help.") from None


def _weights(setting: str, name: str) -> dict[str, Any]:
    pieces = [piece.strip() for piece in setting.split("/") if piece.strip()]
    levels = [piece for piece in pieces if piece in ("domains", "indicators")]
    sizes = [_number(piece, name) for piece in pieces if piece not in levels]
    return {**({"levels": levels} if levels else {}), **({"concentration": sizes[-1]} if sizes else {})}


def _noise(setting: str, name: str) -> dict[str, Any]:
    return {"stated": _number(setting, name)} if setting else {}


def _threshold(setting: str, name: str) -> dict[str, Any]:
    from homeground.errors import BadSpecification

    if not setting:
        return {}
    low, dash, high = setting.partition("-")
    if not dash:
        raise BadSpecification(f"--vary {name}={setting} is not a range", remedy="Write threshold=0.08-0.12.")
    return {"low": _number(low, name), "high": _number(high, name)}


def _choices(setting: str, _: str) -> dict[str, Any]:
    chosen = [piece.strip() for piece in setting.split("/") if piece.strip()]
    return {"choices": chosen} if chosen else {}
