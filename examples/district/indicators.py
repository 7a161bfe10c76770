"""The indicators of the invented district: what a statistician would be given instead of the hidden need.

Counts are drawn, rounded to the nearest five and hidden when small; survey figures carry a standard error; some figures
are the same across a ward or an authority; a few are missing, each with its reason. As in the files of England.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from examples.district.land import FloatArray, IntArray
from examples.district.need import DOMAINS

HIDDEN, NOT_AVAILABLE, UNRELIABLE = "[c]", "[x]", "[u]"
REASONS = {
    HIDDEN: "hidden to protect people: a count from 1 to 9",
    NOT_AVAILABLE: "not available: the body that holds it did not send it",
    UNRELIABLE: "unreliable: too few people behind the figure",
}

# How much of what an indicator adds to need is still there at the next edition.
_LASTING = 0.8


@dataclass
class Setting:
    """What is known of each area of one edition before its indicators are drawn: arrays with one entry per area.

    `pieces` has one entry for each finest piece of the map instead: the number of its area.
    """

    edition: int
    pieces: IntArray
    need: FloatArray
    urban: FloatArray
    ages: IntArray
    households: IntArray
    homes: IntArray
    ward: IntArray
    authority: IntArray

    @property
    def count(self) -> int:
        """How many areas there are."""
        return len(self.ward)

    def of(self, domain: str) -> FloatArray:
        """Return the hidden need of one kind."""
        return self.need[:, DOMAINS.index(domain)]

    def aged(self, first: int, last: int) -> IntArray:
        """Return the people from one age to another, both included."""
        return np.asarray(self.ages[:, first : last + 1].sum(axis=1), dtype=np.int64)


@dataclass
class Sheet:
    """Columns in the making: values, and where and why some are missing.

    `rng` is for this edition alone; `lasting` starts alike in both, so that what makes a place odd lasts.
    """

    rng: np.random.Generator
    lasting: np.random.Generator
    pieces: IntArray
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    missing: dict[str, dict[int, str]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many areas there are."""
        return int(self.pieces.max()) + 1

    def see(self, need: FloatArray, clear: float) -> FloatArray:
        """Return what an indicator sees of a need: `clear` is its correlation with it."""
        of_piece = self.lasting.standard_normal(len(self.pieces))
        lasting = np.bincount(self.pieces, of_piece) / np.sqrt(np.bincount(self.pieces))
        passing = self.rng.standard_normal(self.size)
        odd = np.sqrt(_LASTING) * lasting + np.sqrt(1 - _LASTING) * passing
        return np.asarray(clear * need + np.sqrt(1 - clear**2) * odd)

    def share(
        self, name: str, out_of: IntArray, usual: float, slope: float, seen: FloatArray, *, hide: bool = True
    ) -> None:
        """Draw a count out of `out_of` people or homes; round it to five and hide it when it is small."""
        chance = 1 / (1 + np.exp(-(np.log(usual / (1 - usual)) + slope * seen)))
        count = self.rng.binomial(out_of, chance)
        if hide:
            self.missing.setdefault(name, {}).update(dict.fromkeys(np.flatnonzero((count > 0) & (count < 10)), HIDDEN))
            count = np.minimum(5 * np.rint(count / 5).astype(np.int64), out_of)
        self.columns[name] = count

    def events(self, name: str, per_1000: float, slope: float, among: IntArray, seen: FloatArray) -> None:
        """Draw a number of events (offences, casualties), never more than there are people or homes."""
        count = self.rng.poisson(among / 1000 * per_1000 * np.exp(slope * seen))
        self.columns[name] = np.minimum(count, among)

    def measured(self, name: str, value: FloatArray, error: FloatArray, *, decimals: int) -> None:
        """Put down a figure that was measured with error, and beside it the standard error."""
        drawn = value + error * self.rng.standard_normal(self.size)
        self.columns[name] = np.round(np.maximum(drawn, 0.0), decimals)
        self.columns[f"{name}_standard_error"] = np.round(error, decimals + 1)

    def lose(self, name: str, where: IntArray, code: str) -> None:
        """Mark figures as missing."""
        self.missing.setdefault(name, {}).update(dict.fromkeys(where.tolist(), code))


def deprivation(at: Setting, rng: np.random.Generator, lasting: np.random.Generator) -> Sheet:
    """Return the indicators of the seven domains of deprivation."""
    sheet = Sheet(rng, lasting, at.pieces)
    everyone, working_age = at.ages.sum(axis=1), at.aged(18, 66)
    sheet.columns.update(residents=everyone, working_age_people=working_age)
    sheet.share("income_deprived_people", everyone, 0.19, 0.85, sheet.see(at.of("income"), 0.985))
    sheet.share("out_of_work_people", working_age, 0.115, 0.75, sheet.see(at.of("employment"), 0.98))
    _learning(at, sheet)
    _health(at, sheet, everyone)
    _crime(at, sheet, everyone)
    _barriers(at, sheet)
    _living(at, sheet, everyone)
    return sheet


def _learning(at: Setting, sheet: Sheet) -> None:
    pupils, leavers, adults = (at.aged(5, 15) * 19) // 20, at.aged(18, 20), at.aged(25, 66)
    need = at.of("education")
    error = 14.0 / np.sqrt(np.maximum(at.aged(14, 16), 4))
    sheet.measured("attainment_points", 46 - 6.5 * sheet.see(need, 0.9), error, decimals=1)
    few = np.flatnonzero(at.aged(14, 16) < 22)
    sheet.lose("attainment_points", few, UNRELIABLE)
    sheet.lose("attainment_points_standard_error", few, UNRELIABLE)
    sheet.columns.update(pupils=pupils, school_leavers=leavers, adults_25_to_66=adults)
    sheet.share("absent_pupils", pupils, 0.17, 0.55, sheet.see(need, 0.85))
    sheet.share("leavers_not_studying", leavers, 0.62, 0.55, sheet.see(need, 0.75))
    sheet.share("unqualified_adults", adults, 0.2, 0.6, sheet.see(need, 0.96))


def _health(at: Setting, sheet: Sheet, everyone: IntArray) -> None:
    need, root = at.of("health"), np.sqrt(everyone / 1500)
    for name, slope, clear, error in (
        ("early_death_ratio", 0.30, 0.82, 9.0),
        ("illness_ratio", 0.42, 0.97, 4.0),
        ("emergency_admission_ratio", 0.25, 0.78, 6.0),
    ):
        value = 100 * np.exp(slope * sheet.see(need, clear))
        sheet.measured(name, value, error * np.sqrt(value / 100) / root, decimals=1)
    sheet.columns["low_mood_score"] = np.round(0.72 * sheet.see(need, 0.85), 3)


def _crime(at: Setting, sheet: Sheet, everyone: IntArray) -> None:
    need = at.of("crime")
    sheet.events("violent_offences", 22.0, 0.62, everyone, sheet.see(need, 0.97))
    sheet.events("burglaries", 9.5, 0.5, at.homes, sheet.see(0.85 * need + 0.3 * at.urban, 0.75))
    sheet.events("damage_offences", 6.0, 0.55, everyone, sheet.see(need, 0.9))
    sheet.events("nuisance_reports", 10.0, 0.7, everyone, sheet.see(need, 0.8))


def _barriers(at: Setting, sheet: Sheet) -> None:
    # Far from services and hemmed in by rents seldom go together: the two halves pull apart by town and country.
    need, country = at.of("barriers"), -at.urban / at.urban.std()
    far, dear = 0.8 * need + 0.5 * country, 0.85 * need - 0.5 * country
    sheet.columns["minutes_to_doctor"] = np.round(11.0 * np.exp(0.42 * sheet.see(far, 0.95)), 1)
    sheet.columns["minutes_to_food_shop"] = np.round(8.0 * np.exp(0.45 * sheet.see(far, 0.95)), 1)
    sheet.columns["households"] = at.households
    sheet.share("overcrowded_households", at.households, 0.035, 0.6, sheet.see(dear, 0.9))
    sheet.columns["rent_share_of_income"] = np.round(np.clip(0.33 + 0.06 * sheet.see(dear, 0.9), 0.12, 0.75), 3)
    # Councils report homelessness for their whole area: one figure for all of its small areas.
    by_authority = np.bincount(at.authority, dear) / np.bincount(at.authority)
    rate = 3.2 * np.exp(0.6 * by_authority + sheet.rng.normal(0, 0.15, len(by_authority)))
    sheet.columns["homeless_per_1000_households"] = np.round(rate, 2)[at.authority]


def _living(at: Setting, sheet: Sheet, everyone: IntArray) -> None:
    need, town = at.of("living"), at.urban / at.urban.std()
    inside, outside = 1.0 * need - 0.2 * town, 0.55 * need + 0.5 * town
    sheet.columns["homes"] = at.homes
    sheet.share("homes_in_poor_condition", at.homes, 0.17, 0.6, sheet.see(inside, 0.95))
    sheet.share("homes_without_central_heating", at.homes, 0.035, 0.55, sheet.see(inside, 0.85))
    sheet.columns["air_pollution_index"] = np.round(0.95 + 0.12 * sheet.see(outside, 0.95), 3)
    sheet.events("road_casualties", 2.4, 0.45, everyone, sheet.see(outside, 0.85))
    if at.edition == 2019:
        ward = int(sheet.rng.integers(at.ward.max() + 1))
        sheet.lose("air_pollution_index", np.flatnonzero(at.ward == ward), NOT_AVAILABLE)


def community_need(at: Setting, rng: np.random.Generator, lasting: np.random.Generator) -> Sheet:
    """Return the indicators of the three domains of community need."""
    sheet = Sheet(rng, lasting, at.pieces)
    everyone = at.ages.sum(axis=1)
    sheet.columns["residents"] = everyone
    need = at.of("civic")
    sheet.columns["places_to_meet"] = rng.poisson(6.0 * np.exp(-0.65 * sheet.see(need, 0.97)))
    sheet.columns["km_to_community_hall"] = np.round(0.9 * np.exp(0.5 * sheet.see(need, 0.9)), 2)
    sheet.columns["green_space_share"] = np.round(np.clip(0.16 - 0.06 * sheet.see(need, 0.75), 0.0, 0.8), 3)
    need = at.of("connectedness")
    sheet.columns["departures_per_hour"] = np.round(8.0 * np.exp(-0.6 * sheet.see(need, 0.92)), 1)
    sheet.columns["minutes_to_jobs"] = np.round(24.0 * np.exp(0.35 * sheet.see(need, 0.95)), 1)
    sheet.columns["premises"] = (at.homes * 27) // 25
    sheet.share("premises_with_slow_internet", sheet.columns["premises"], 0.06, 0.7, sheet.see(need, 0.8), hide=False)
    sheet.lose("premises_with_slow_internet", rng.choice(at.count, 4, replace=False), NOT_AVAILABLE)
    sheet.columns["lonely_share"] = np.round(np.clip(0.07 + 0.012 * sheet.see(need, 0.8), 0.01, 0.2), 4)
    _engaged(at, sheet, everyone)
    return sheet


def _engaged(at: Setting, sheet: Sheet, everyone: IntArray) -> None:
    need = at.of("engaged")
    # Votes are counted by ward: all of a ward's areas share one turnout.
    by_ward = np.bincount(at.ward, need) / np.bincount(at.ward)
    turnout = 0.34 - 0.07 * (by_ward + 0.3 * sheet.rng.standard_normal(len(by_ward)))
    sheet.columns["turnout"] = np.round(np.clip(turnout, 0.1, 0.7), 4)[at.ward]
    count = sheet.rng.poisson(everyone / 1000 * 3.6 * np.exp(-0.45 * sheet.see(need, 0.95)))
    sheet.columns["charities_per_1000"] = np.round(1000 * count / everyone, 2)
    asked = sheet.rng.integers(60, 240, at.count)
    share = np.clip(0.24 - 0.07 * sheet.see(need, 0.97), 0.03, 0.7)
    sheet.measured("volunteering_share", share, np.sqrt(share * (1 - share) / asked), decimals=3)
    few = np.flatnonzero(asked < 66)
    sheet.lose("volunteering_share", few, UNRELIABLE)
    sheet.lose("volunteering_share_standard_error", few, UNRELIABLE)
