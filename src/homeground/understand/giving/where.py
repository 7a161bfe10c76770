"""Where each grant lands: the codes it is given to, with a method and how sure that is.

===  ===========================================================  ==========
A    a small beneficiary area (output area, LSOA, MSOA, ward)     high
B    a larger one (authority, county, region), split by people    medium
     (and need); low where only its name was given
C    the recipient's postcode, and the recipient works locally    medium
D    the recipient's postcode, and it works widely or it is       low
     not known where
E    no place, or the whole country                               none
===  ===========================================================  ==========

A grant with several places is split equally between the most exact of them. Codes go to the areas of the result through
a crosswalk whose parts add up to exactly a billion for each code.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from homeground.money import WHOLE, in_words
from homeground.provenance import Note
from homeground.understand.giving.rules import Rules
from homeground.words import count

__all__ = ["CONFIDENCE", "NOWHERE", "OUTSIDE", "Where", "place_weights", "where"]

CONFIDENCE = {"A": "high", "B": "medium", "C": "medium", "D": "low", "E": "none"}
#: What stands for a code where there is none, and for a place in another nation.
NOWHERE, OUTSIDE = "", "outside"

_OTHER_NATION = r"^[WSN]\d{8}$"
_COUNTRY = r"^[EWSNK](92|93|04|03|02)\d{6}$"


@dataclass(frozen=True)
class Where:
    """Where each award goes.

    Attributes
    ----------
    places : polars.DataFrame
        One row for each award and code: ``award``, ``code`` ('' is nowhere), ``parts`` (of a billion; they add up to
        one whole for each award), ``method`` (A to E), ``confidence``.
    recipients : polars.DataFrame
        ``award``, ``code``: where the recipient is registered; '' where it is not known.
    notes : tuple of Note
    """

    places: pl.DataFrame
    recipients: pl.DataFrame
    notes: tuple[Note, ...]


def where(
    ledger: pl.DataFrame,
    locations: pl.DataFrame,
    *,
    codes: pl.DataFrame,
    postcodes: pl.DataFrame | None,
    names: pl.DataFrame,
    rules: Rules,
) -> Where:
    """Return the codes that each counted award goes to.

    Parameters
    ----------
    ledger : polars.DataFrame
        As `homeground.understand.giving.flows.flows` returns it.
    locations : polars.DataFrame
        ``award``, ``role``, ``geo_code``, ``name``, ``postcode``.
    codes : polars.DataFrame
        Every code the crosswalk knows: ``code``, ``size`` ('small' or 'large'), ``authority`` (where it lies in one).
    postcodes : polars.DataFrame, optional
        ``postcode`` (no spaces, capitals), ``code``.
    names : polars.DataFrame
        ``name`` (small letters), ``code``: names of authorities.
    rules : Rules
    """
    needed = ("award", "recipient_id", "regrant", "recipient_postcode", "counts_pence")
    counted = ledger.select(needed).filter(pl.col("counts_pence") > 0)
    given = _given(locations.join(counted.select("award"), on="award", how="semi"), codes, postcodes, names)
    beneficiary = given.filter(pl.col("role") == "beneficiary")
    registered = _registered(counted, given, postcodes)
    placed = _most_exact(beneficiary)
    rest = counted.join(placed.select("award").unique(), on="award", how="anti").select(
        "award", "recipient_id", "regrant"
    )
    rest = rest.join(registered, on="award", how="left", maintain_order="left")
    unplaced = rest.filter(pl.col("code") != NOWHERE)["recipient_id"].drop_nulls().unique()
    local = _local(counted.filter(pl.col("recipient_id").is_in(unplaced.implode())), placed, registered, codes, rules)
    is_local = pl.col("recipient_id").is_in(local.implode()).fill_null(value=False) & pl.col("regrant").is_null()
    nowhere = pl.col("code").fill_null(NOWHERE) == NOWHERE
    by_recipient = rest.select(
        "award",
        pl.col("code").fill_null(NOWHERE),
        parts=pl.lit(WHOLE, dtype=pl.Int64),
        method=pl.when(nowhere).then(pl.lit("E")).when(is_local).then(pl.lit("C")).otherwise(pl.lit("D")),
        confidence=pl.lit(""),
    )
    sure = pl.col("method").replace_strict(CONFIDENCE, return_dtype=pl.String)
    by_recipient = by_recipient.with_columns(confidence=sure)
    places = pl.concat([placed, by_recipient])
    return Where(places, registered, _told(beneficiary, counted, places, postcodes))


def _given(
    locations: pl.DataFrame, codes: pl.DataFrame, postcodes: pl.DataFrame | None, names: pl.DataFrame
) -> pl.DataFrame:
    """Return each location with the code it stands for and by which method it was found."""
    lacking = [
        pl.lit(None, dtype=pl.String).alias(name)
        for name in ("geo_code", "name", "postcode")
        if name not in locations.columns
    ]
    table = locations.with_columns(lacking).select(
        "award",
        "role",
        geo=pl.col("geo_code").str.strip_chars().str.to_uppercase(),
        name=pl.col("name").str.strip_chars().str.to_lowercase(),
        postcode=_plain(pl.col("postcode")),
    )
    table = table.join(codes.select(geo="code", _size="size"), on="geo", how="left", maintain_order="left")
    table = table.join(names.select("name", _named="code"), on="name", how="left", maintain_order="left")
    if postcodes is None:
        table = table.with_columns(_posted=pl.lit(None, dtype=pl.String))
    else:
        some = postcodes.select("postcode", _posted="code")
        table = table.join(some, on="postcode", how="left", maintain_order="left")
    has = pl.col("geo").is_not_null() & (pl.col("geo") != "")
    whole_nation = pl.col("geo").str.contains(_COUNTRY).fill_null(value=False)
    abroad = pl.col("geo").str.contains(_OTHER_NATION).fill_null(value=False) & ~whole_nation
    small = (pl.col("_size") == "small").fill_null(value=False)
    large = (pl.col("_size") == "large").fill_null(value=False)
    return table.with_columns(
        unknown=has & pl.col("_size").is_null() & ~abroad & ~whole_nation,
        code=pl.when(small).then("geo").when(pl.col("_posted").is_not_null()).then("_posted")
        .when(large).then("geo").when(abroad).then(pl.lit(OUTSIDE)).when(~whole_nation).then("_named"),
        method=pl.when(small | pl.col("_posted").is_not_null()).then(pl.lit("A"))
        .when(large).then(pl.lit("B")).when(abroad).then(pl.lit("A"))
        .when(~whole_nation & pl.col("_named").is_not_null()).then(pl.lit("B-name")),
    )  # fmt: skip


def _plain(postcode: pl.Expr) -> pl.Expr:
    text = postcode.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    return pl.when(text != "").then(text)


def _most_exact(found: pl.DataFrame) -> pl.DataFrame:
    """Return the most exact codes of each award, with equal parts that add up to a whole."""
    some = found.filter(pl.col("code").is_not_null()).select("award", "code", "method")
    confidence = pl.col("method").replace_strict({"A": "high", "B": "medium", "B-name": "low"}, return_dtype=pl.String)
    several = pl.col("award").is_duplicated()
    single = some.filter(~several).select(
        "award",
        "code",
        parts=pl.lit(WHOLE, dtype=pl.Int64),
        method=pl.col("method").str.slice(0, 1),
        confidence=confidence,
    )
    some = some.filter(several).unique(["award", "code"])
    some = some.filter(pl.col("method") == pl.col("method").min().over("award")).sort("award", "code")
    n, place = pl.len().over("award"), pl.int_range(pl.len()).over("award")
    shared = some.select(
        "award",
        "code",
        parts=WHOLE // n.cast(pl.Int64) + (place < WHOLE % n).cast(pl.Int64),
        method=pl.col("method").str.slice(0, 1),
        confidence=confidence,
    )
    return pl.concat([single, shared])


def _registered(counted: pl.DataFrame, given: pl.DataFrame, postcodes: pl.DataFrame | None) -> pl.DataFrame:
    """Return where each recipient is registered: by its postcode, else by a code given for it."""
    coded = given.filter((pl.col("role") == "recipient") & pl.col("code").is_not_null())
    coded = (
        coded.sort("award", "method", "code").group_by("award", maintain_order=True).agg(_coded=pl.col("code").first())
    )
    table = counted.select("award", "recipient_postcode").join(coded, on="award", how="left", maintain_order="left")
    if postcodes is None:
        return table.select("award", code=pl.col("_coded").fill_null(NOWHERE))
    table = table.select("award", "_coded", postcode=_plain(pl.col("recipient_postcode")))
    table = table.join(postcodes.select("postcode", "code"), on="postcode", how="left", maintain_order="left")
    return table.select("award", code=pl.coalesce("code", "_coded", pl.lit(NOWHERE)))


def _local(
    counted: pl.DataFrame, placed: pl.DataFrame, registered: pl.DataFrame, codes: pl.DataFrame, rules: Rules
) -> pl.Series:
    """Return the recipients that are known to work in their own authority only, from grants with a known place."""
    authority = codes.select("code", "authority")
    who = counted.select("award", "recipient_id").filter(pl.col("recipient_id").is_not_null())
    works = placed.join(who, on="award").select("recipient_id", "code").unique()
    works = works.join(authority, on="code", how="left").select("recipient_id", "authority").unique()
    home = registered.join(who, on="award").filter(pl.col("code") != NOWHERE).select("recipient_id", "code").unique()
    home = home.join(authority, on="code").select("recipient_id", "authority").drop_nulls().unique()
    # Every home must be among the places of work, these must be few, and all of them known.
    few = works.group_by("recipient_id").agg(n=pl.len(), unknown=pl.col("authority").is_null().any())
    few = few.filter((pl.col("n") <= rules.local_most_authorities) & ~pl.col("unknown"))
    away = home.join(works, on=["recipient_id", "authority"], how="anti")
    known = few.join(home, on="recipient_id", how="semi").join(away, on="recipient_id", how="anti")
    return known["recipient_id"]


def place_weights(found: Where, crosswalk: pl.DataFrame) -> pl.DataFrame:
    """Return the weight of each award in each area: ``award``, ``area_code``, ``weight``, ``method``, ``confidence``.

    The weights of an award add up to one; what goes nowhere, or outside, has an empty area or 'outside'.

    Parameters
    ----------
    found : Where
    crosswalk : polars.DataFrame
        ``code``, ``area_code``, ``parts``.
    """
    joined = found.places.join(crosswalk.rename({"parts": "_parts"}), on="code", how="left")
    return joined.select(
        "award",
        pl.coalesce("area_code", "code").alias("area_code"),
        weight=pl.col("parts") / WHOLE * pl.col("_parts").fill_null(WHOLE) / WHOLE,
        method="method",
        confidence="confidence",
    ).sort("award", "area_code")


def _told(
    beneficiary: pl.DataFrame, counted: pl.DataFrame, places: pl.DataFrame, postcodes: pl.DataFrame | None
) -> tuple[Note, ...]:
    notes = []
    unknown = beneficiary.filter("unknown")["geo"].unique().sort().to_list()
    if unknown:
        text = f"{count(len(unknown), 'place code')} in the awards are in no lookup (first: {unknown[0]})"
        notes.append(
            Note(f"{text}; these awards are placed by the next best way.", areas=tuple(unknown), kind="missing")
        )
    lost = places.filter(pl.col("method") == "E")["award"].unique()
    money = int(counted.filter(pl.col("award").is_in(lost.implode()))["counts_pence"].sum())
    total = int(counted["counts_pence"].sum())
    if len(lost) and counted.height:
        text = (
            f"{count(len(lost), 'grant')} of {counted.height:,} ({len(lost) / counted.height:.1%}), with "
            f"{in_words(money)} ({money / total:.1%} of the money), could not be placed"
        )
        posted = int(counted.filter(pl.col("award").is_in(lost.implode()))["recipient_postcode"].count())
        why = ""
        if postcodes is None and posted:
            why = f": no postcode lookup was given, and {posted:,} of them have a recipient postcode (see --postcodes)"
        notes.append(Note(f"{text}{why}.", kind="missing"))
    return tuple(notes)
