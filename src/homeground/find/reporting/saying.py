"""What a list says, in three to five sentences: how many places and people, where, how sure, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from homeground import words
from homeground.find.reporting import method_words
from homeground.find.reporting.listing import NEAR, Listing

__all__ = ["says", "says_where"]


def says(listing: Listing) -> Iterator[str]:
    """Yield three to five sentences that say what the list says.

    Examples
    --------
    >>> from homeground.find.reporting.listing import Terms, make_listing
    >>> two = pl.DataFrame({"area_code": ["a", "b"], "selected": [True, False]})
    >>> next(says(make_listing(two, terms=Terms())))
    '1 of 2 areas is on this list.'
    """
    terms, chosen, everywhere = listing.terms, listing.listed, listing.table.height
    where = f" in {terms.where}" if terms.where else ""
    if not chosen.height:
        yield f"No {terms.one} is on this list: none of {terms.counted(everywhere)}{where} meets the rule."
        yield "A list stays empty when its rule asks for too much, or when figures are missing. Try a larger share."
    elif chosen.height == everywhere:
        yield f"All {terms.counted(everywhere)}{where} are on this list, so it does not tell one place from another."
    else:
        yield f"{chosen.height:,} of {terms.counted(everywhere)}{where} {method_words.meets(terms, chosen.height)}."
    yield from _says_people(listing)
    yield from says_where(listing)
    if chosen.height:
        yield _says_sure(listing)
    missing = listing.unplaced.height
    if missing:
        verb = "They are" if missing > 1 else "It is"
        yield f"{terms.counted(missing)} could not be placed, because a figure is missing. {verb} named on this page."


def _says_people(listing: Listing) -> Iterator[str]:
    chosen, known = listing.listed["people"], listing.table["people"]
    if not len(chosen) or chosen.null_count() == len(chosen):
        return
    count = float(chosen.sum())
    part = "" if known.null_count() else words.share(count, float(known.sum()))
    where = listing.terms.where or f"all the {listing.terms.many}"
    whole = f", {part} of everyone in {where}" if part.startswith("about") else ""
    gaps = chosen.null_count()
    unsaid = f" That leaves out {listing.terms.counted(gaps)} for which the number is not known." if gaps else ""
    yield f"{words.people(count).capitalize()} live in them{whole}.{unsaid}"


def says_where(listing: Listing) -> Iterator[str]:
    """Yield the sentence that says in which larger areas most places of the list lie; nothing where that is not known.

    Examples
    --------
    >>> from homeground.find.reporting.listing import Terms, make_listing
    >>> two = pl.DataFrame({"area_code": ["a", "b"], "selected": [True, True], "larger_area_name": ["Pitherdale"] * 2})
    >>> list(says_where(make_listing(two, terms=Terms())))
    ['They are all in Pitherdale.']
    """
    chosen = listing.listed.drop_nulls("larger")
    if not chosen.height:
        return
    every = listing.table["larger"].drop_nulls().n_unique()
    places = chosen.group_by("larger").len().sort(["len", "larger"], descending=[True, False])
    if places.height == 1:
        yield f"They are all in {places['larger'][0]}."
        return
    # Only those that stand out: where many have as many, naming three would be chance.
    fourth = places["len"][3] if places.height > 3 else 1
    most = places.head(3).filter(pl.col("len") > fourth)
    named = words.a_few([f"{words.short_name(name)} ({n:,})" for name, n in most.iter_rows()])
    noun = listing.terms.larger_many
    highest = int(places["len"][0])
    level = f" None has more than {highest:,} of them." if highest > 1 else " Each has one."
    yield f"They lie in {places.height:,} of {every:,} {noun}." + (f" The most are in {named}." if named else level)


def _says_sure(listing: Listing) -> str:
    held = listing.listed["probability"].drop_nulls()
    if not len(held):
        return "How sure the list is has not been worked out for this page."
    sure = int((held >= words.BANDS[0][0] - 1e-12).sum())
    verb, them = ("is", "it") if sure == 1 else ("are", "them")
    out = int((held < 0.5).sum())
    near = int((listing.outside["probability"] >= NEAR).sum())
    text = (
        f"{sure:,} of them {verb} sure: made again, the list keeps {them} at least 95 times in 100."
        if sure
        else ("None of them is sure: made again, the list keeps not one of them 95 times in 100.")
    )
    doubts = [f"{out:,} on the list {'is' if out == 1 else 'are'} out more often than in"] if out else []
    doubts += [f"{near:,} just outside would come in at least 1 time in 4"] if near else []
    return f"{text} {' and '.join(doubts)}." if doubts else text
