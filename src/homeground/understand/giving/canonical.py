"""From awards as published to grants: what counts, what is told, and which awards are one and the same grant.

The same identifier with the same recipient and amount is one grant; the later version counts. The same identifier with
another recipient or amount is a clash: both are kept, and told. Where funder, recipient and amount agree and the dates
lie within a week, that is one grant too. Organisation identifiers, where both have one, beat names.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from homeground.errors import MissingExtra
from homeground.money import in_words
from homeground.provenance import Note
from homeground.understand.giving.beside import beside
from homeground.understand.giving.rules import Rules
from homeground.words import count

__all__ = ["OPTIONAL", "Canonical", "canonical", "normal_name"]

#: Columns that an awards table may lack; they are then empty.
OPTIONAL: dict[str, pl.DataType] = {
    "file": pl.String(), "row": pl.Int64(), "title": pl.String(), "description": pl.String(), "currency": pl.String(),
    "award_date": pl.Date(), "award_year": pl.Int32(), "funder_name": pl.String(), "recipient_name": pl.String(),
    "recipient_kind": pl.String(), "recipient_postcode": pl.String(), "recipient_type": pl.String(),
    "programme": pl.String(), "funding_type": pl.String(), "regrant_type": pl.String(), "for_regrant": pl.String(),
    "start_date": pl.Date(), "end_date": pl.Date(), "duration_months": pl.Int32(), "status": pl.String(),
    "date_modified": pl.String(), "grant_id": pl.String(), "funder_id": pl.String(), "recipient_id": pl.String(),
}  # fmt: skip

_CLASSES = {
    "unreadable": "the amount cannot be read",
    "other currency": "the amount is not in pounds",
    "withdrawn": "the award was withdrawn or cancelled",
    "nothing": "the amount is nought",
    "negative": "the amount is below nought (a correction or money returned)",
    "loan": "it is a loan, to be paid back",
    "individual": "it went to a person, not to an organisation",
}


@dataclass(frozen=True)
class Canonical:
    """Awards with what each counts for.

    Attributes
    ----------
    ledger : polars.DataFrame
        The awards in their order, then ``class`` ('grant' counts), ``counts_pence``, ``why``, ``grant`` (the running
        number of the award that stands for the same grant) and ``id_clash``.
    notes : tuple of Note
    """

    ledger: pl.DataFrame
    notes: tuple[Note, ...]


def canonical(awards: pl.DataFrame, *, rules: Rules) -> Canonical:
    """Return the awards, each with its class, the pence it counts for, and why.

    Parameters
    ----------
    awards : polars.DataFrame
        One row per award: ``award``, ``amount_pence``, and as many of `OPTIONAL` as there are.
    rules : Rules

    Returns
    -------
    Canonical
        Counted and not counted pence add up to the awards' total. The order of the rows changes nothing.
    """
    lacking = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in OPTIONAL.items() if name not in awards.columns]
    table = awards.with_columns(lacking).with_columns(_class(rules))
    # The table is wide and long: what is looked for is found in a few of its columns, and never copies the others.
    is_grant = pl.col("class") == "grant"
    own = pl.when(is_grant).then(_filled("grant_id"))
    again = _keys(table.filter(table.select(own.is_not_null() & own.is_duplicated()).to_series()))
    same = _same_identifier(again)
    clash = _clashes(again.join(same, on="award", how="anti"))
    left = table.select(is_grant & ~pl.col("award").is_in(same["award"].implode())).to_series()
    near = _near(table, left, rules) if rules.join_near else same.clear()
    repeats = pl.concat([same, near]).with_columns(pl.col("why").cast(pl.String))
    table = beside(table, repeats)
    table = table.with_columns(
        pl.when(pl.col("grant").is_not_null()).then(pl.lit("repeat")).otherwise("class").alias("class"),
        id_clash=pl.col("award").is_in(clash.implode()),
        grant=pl.coalesce("grant", "award"),
    )
    table = _one_hop(table)
    said = pl.col("class").replace_strict(_CLASSES, default="", return_dtype=pl.String)
    counted = pl.col("class") == "grant"
    why = (
        pl.when(pl.col("id_clash") & counted)
        .then(pl.lit("counted; another award has the same identifier but another recipient or amount"))
        .when(counted)
        .then(pl.lit("counted"))
        .when(pl.col("class") == "repeat")
        .then("why")
        .otherwise(said)
    )
    table = table.with_columns(counts_pence=pl.when(counted).then("amount_pence").otherwise(0), why=why)
    return Canonical(table, _told(table))


def _one_hop(table: pl.DataFrame) -> pl.DataFrame:
    """Point each repeat at the award that counts, where the one it pointed at is itself a repeat of a third."""
    thin = table.select("award", "grant")
    onward = thin.filter(pl.col("grant") != pl.col("award")).select(grant="award", _onward="grant")
    joined = thin.join(onward, on="grant", how="left", maintain_order="left")
    return table.with_columns(joined.select(grant=pl.coalesce("_onward", "grant")).to_series())


def _class(rules: Rules) -> pl.Expr:
    def any_word(words: tuple[str, ...]) -> str:
        return rf"(?i)\b(?:{'|'.join(words)})\b"

    loan = pl.any_horizontal(
        pl.col(name).str.contains(any_word(rules.loan_words)).fill_null(value=False)
        for name in ("funding_type", "title", "programme")
    )
    amount = pl.col("amount_pence")
    person = pl.lit(value=False) if rules.individuals else pl.col("recipient_kind") == "individual"
    return (
        pl.when(amount.is_null()).then(pl.lit("unreadable"))
        .when(pl.col("currency").fill_null("GBP") != "GBP").then(pl.lit("other currency"))
        .when(pl.col("status").str.contains(any_word(rules.withdrawn_words)).fill_null(value=False))
        .then(pl.lit("withdrawn"))
        .when(amount == 0).then(pl.lit("nothing"))
        .when(amount < 0).then(pl.lit("negative"))
        .when(loan).then(pl.lit("loan"))
        .when(person.fill_null(value=False)).then(pl.lit("individual"))
        .otherwise(pl.lit("grant"))
        .alias("class")
    )  # fmt: skip


def normal_name(names: pl.Series) -> pl.Series:
    """Return names as they are compared: small letters and digits, one kind of 'and', no 'the', no legal ending.

    Examples
    --------
    >>> normal_name(pl.Series(["The St. Ann's Trust Ltd", "ST ANNS TRUST LIMITED"])).to_list()
    ['st anns trust', 'st anns trust']
    """
    text = pl.col("name")
    tidy = (
        text.str.to_lowercase().str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"['’`.]", "").str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.replace_all(r"\b(the|ltd|limited|cic|cio|plc)\b", " ").str.replace_all(r" +", " ").str.strip_chars()
    )  # fmt: skip
    unique = names.unique().to_frame("name").with_columns(_tidy=tidy)
    return (
        names.to_frame("name")
        .join(unique, on="name", how="left", maintain_order="left", nulls_equal=True)["_tidy"]
        .alias(names.name)
    )


def _keys(table: pl.DataFrame) -> pl.DataFrame:
    """Return what awards are compared by; strings become numbers, given by content and not by place."""
    name = normal_name(table["recipient_name"]).fill_null("")
    content = pl.struct("title", "description", "award_date", "recipient_name", "recipient_postcode", "programme")
    return table.select(
        "award",
        grant_id=_filled("grant_id"),
        amount="amount_pence",
        funder=_funder(),
        who=_filled("recipient_id"),
        name=pl.lit(name),
        date="award_date",
        modified=pl.col("date_modified").cast(pl.String).fill_null(""),
        content=content.hash(seed=7),
    )


def _funder() -> pl.Expr:
    """Return the funder as a number: a hash of its identifier, else of its name; the same wherever it stands."""
    name = pl.col("funder_name").str.to_lowercase().str.strip_chars()
    return pl.coalesce(_filled("funder_id"), name, pl.lit("")).hash(seed=5).alias("funder")


def _filled(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def _same_identifier(keyed: pl.DataFrame) -> pl.DataFrame:
    """Return ``award``, ``grant``, ``why`` of those that repeat another award with the same identifier."""
    known = keyed.filter(pl.col("grant_id").is_not_null() & pl.col("grant_id").is_duplicated())
    known = known.with_columns(_who=_one_recipient(["grant_id", "amount"]))
    by = ["grant_id", "amount", "_who"]
    latest = known.sort(*by, "modified", "content", "award", descending=[False] * 3 + [True, False, False])
    latest = latest.with_columns(grant=pl.col("award").first().over(by))
    why = pl.lit("repeats another award with the same identifier, recipient and amount; the later version counts")
    return latest.filter(pl.col("award") != pl.col("grant")).select("award", "grant", why=why)


def _one_recipient(by: list[str]) -> pl.Expr:
    """Return the recipient: its identifier, or that of the award of the group with the same name, or its name."""
    borrowed = pl.col("who").min().over([*by, "name"])
    return pl.coalesce("who", borrowed, pl.col("name"))


def _clashes(keyed: pl.DataFrame) -> pl.Series:
    known = keyed.filter(pl.col("grant_id").is_not_null())
    return known.filter(pl.col("grant_id").is_duplicated())["award"]


def _near(table: pl.DataFrame, among: pl.Series, rules: Rules) -> pl.DataFrame:
    """Return the awards, `among` those marked, that repeat another within days: one funder, amount and recipient."""
    # Only where funder and amount agree within the days can there be a pair at all: the others are not looked at.
    light = table.select(
        "award", day=pl.col("award_date").cast(pl.Int32), block=pl.struct(_funder(), "amount_pence").hash(seed=3)
    )
    light = light.filter(among).drop_nulls("day")
    light = light.sort("block", "day")
    beside = pl.col("block") == pl.col("block").shift(1)
    close = (beside & (pl.col("day") - pl.col("day").shift(1) <= rules.near_days)).fill_null(value=False)
    light = light.filter(close | close.shift(-1, fill_value=False))
    if light.height == 0:
        return _nothing()
    dated = _keys(table.join(light.select("award"), on="award", how="semi"))
    dated = dated.filter((pl.col("name") != "") | pl.col("who").is_not_null()).with_row_index("_i")
    pairs = pl.concat([_same_recipient(dated, rules.near_days), _alike(dated, rules)])
    if pairs.height == 0:
        return _nothing()
    n = dated.height
    first, second = pairs["a"].to_numpy(), pairs["b"].to_numpy()
    links = coo_matrix((np.ones(len(first), dtype=np.int8), (first, second)), shape=(n, n))
    _, component = connected_components(links, directed=False)
    joined = dated.with_columns(_c=pl.Series(component)).filter(pl.col("_c").is_duplicated())
    joined = joined.with_columns(_who=pl.coalesce("who", pl.col("who").min().over("_c"), pl.lit("")))
    return _within_days(joined, rules.near_days)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={"award": pl.UInt32, "grant": pl.UInt32, "why": pl.String})


def _same_recipient(dated: pl.DataFrame, days: int) -> pl.DataFrame:
    """Return neighbours in time with the same identifier, or the same name where one of them has none."""
    found = []
    for key in ("who", "name"):
        by = pl.struct("funder", "amount", key).hash(seed=11).alias("_by")
        some = dated.filter(pl.col(key).is_not_null() & (pl.col(key) != "")).with_columns(by)
        some = some.filter(pl.col("_by").is_duplicated()).sort("_by", "date", "content", "award")
        within = pl.col("_by") == pl.col("_by").shift(1)
        gap = (pl.col("date") - pl.col("date").shift(1)).dt.total_days()
        apart = (pl.col("who") != pl.col("who").shift(1)).fill_null(value=False)
        some = some.with_columns(_before=pl.col("_i").shift(1)).filter(within & (gap <= days) & ~apart)
        found.append(some.select(a="_before", b="_i"))
    return pl.concat(found)


def _alike(dated: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Return pairs whose names are nearly the same and that no two identifiers hold apart.

    Only names that begin with the same three letters are compared: a million awards then take seconds, and who wrote
    two names for one recipient seldom began them differently.
    """
    some = dated.filter(pl.col("name") != "").select(
        "_i", "funder", "amount", "date", "who", "name", start=pl.col("name").str.slice(0, 3)
    )
    block = ["funder", "amount", "start"]
    # A block of one, or one in which all have identifiers, holds no pair to compare.
    some = some.filter((pl.len().over(block) > 1) & (pl.col("who").null_count().over(block) > 0))
    if some.height == 0:
        return pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    # Each award meets those of its own and of the next week: no pair within the days is missed.
    width = rules.near_days + 1
    week = (pl.col("date").cast(pl.Int32) // width).alias("_week")
    left = some.with_columns(week)
    both = pl.concat([left, left.with_columns(pl.col("_week") - 1)])
    pairs = left.join(both, on=[*block, "_week"], suffix="_b").filter(pl.col("_i") != pl.col("_i_b"))
    near = (pl.col("date") - pl.col("date_b")).dt.total_days().abs() <= rules.near_days
    apart = pl.col("who").is_not_null() & pl.col("who_b").is_not_null()
    pairs = pairs.filter(near & ~apart & (pl.col("name") != pl.col("name_b")))
    if pairs.height == 0:
        return pl.DataFrame(schema={"a": pl.UInt32, "b": pl.UInt32})
    return pairs.filter(_scores(pairs) >= rules.name_threshold).select(a="_i", b="_i_b")


def _scores(pairs: pl.DataFrame) -> pl.Series:
    try:
        from rapidfuzz import fuzz, process
    except ImportError:
        raise MissingExtra.named("grants", for_what="find names that are nearly the same") from None
    names = pairs.select("name", "name_b").unique()
    found = process.cpdist(names["name"].to_list(), names["name_b"].to_list(), scorer=fuzz.token_sort_ratio)
    scored = names.with_columns(_score=pl.Series(np.asarray(found, dtype=np.float64)))
    return pairs.join(scored, on=["name", "name_b"], how="left", maintain_order="left")["_score"]


def _within_days(joined: pl.DataFrame, days: int) -> pl.DataFrame:
    """Cut each chain at `days` from its first award, so that weekly payments are not taken for one grant."""
    by = ["_c", "_who"]
    rest = joined.sort(*by, "date", "content", "award")
    found = []
    while rest.height:
        rest = rest.with_columns(
            grant=pl.col("award").first().over(by),
            _gap=(pl.col("date") - pl.col("date").first().over(by)).dt.total_days(),
        )
        found.append(rest.filter((pl.col("_gap") <= days) & (pl.col("award") != pl.col("grant"))))
        rest = rest.filter(pl.col("_gap") > days).drop("grant", "_gap")
    why = pl.lit(f"repeats another award of the same funder, recipient and amount within {days} days")
    return pl.concat(found).select("award", "grant", why=why) if found else _nothing()


def _told(table: pl.DataFrame) -> tuple[Note, ...]:
    sums = {
        name: (n, pence or 0)
        for name, n, pence in table.group_by("class").agg(pl.len(), pl.col("amount_pence").sum()).iter_rows()
    }
    notes = []
    for name, why in (*_CLASSES.items(), ("repeat", "it repeats another award")):
        if name in sums:
            n, pence = sums[name]
            worth = "" if name in ("unreadable", "nothing") else f", {in_words(pence)}"
            if name == "other currency":
                worth = ""
            notes.append(Note(f"{count(n, 'award')} not counted{worth}: {why}.", kind="excluded"))
    clashes = table.filter("id_clash")
    if clashes.height:
        text = (
            f"{count(clashes.height, 'award')} with {in_words(int(clashes['amount_pence'].sum()))} share an identifier"
        )
        notes.append(Note(f"{text} but not recipient and amount: an identifier clash. All are kept.", kind="info"))
    undated = table.filter((pl.col("class") == "grant") & pl.col("award_year").is_null())
    if undated.height:
        text = f"{count(undated.height, 'award')} have no date: in totals, not in any year, nor in real terms."
        notes.append(Note(text, kind="missing"))
    return tuple(notes)
