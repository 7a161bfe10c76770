"""Two generations of boundaries: which small areas of 2011 were split or merged on the way to 2021, and their codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from examples.district.land import IntArray

SPLITS, MERGES = 12, 5
_GROWING = ("new", "centre", "comfortable", "village")
_SHRINKING = ("pit_village", "resort_front", "coalfield_town")


@dataclass
class Generation:
    """One generation of boundaries over the finest pieces of the map.

    Attributes
    ----------
    year : int
        2011 or 2021.
    group : ndarray of shape (n_pieces,)
        The area of each piece, numbered from 0 in the order of the codes.
    codes, names : list of str
        Of each area.
    ward : ndarray of shape (n_areas,)
    """

    year: int
    group: IntArray
    codes: list[str]
    names: list[str]
    ward: IntArray


def choose_pairs(
    kinds: list[str], ward: IntArray, pairs: IntArray, rng: np.random.Generator
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the neighbours that were one area before 2021 (splits) and those that are one since (merges).

    Areas are split where people came and merged where they left; at most one pair to a ward.
    """
    inside = pairs[ward[pairs[:, 0]] == ward[pairs[:, 1]]]
    inside = inside[rng.permutation(len(inside))]
    taken: set[int] = set()

    def pick(among: tuple[str, ...], count: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for kind in among * 3:
            for a, b in inside.tolist():
                if len(found) < count and kinds[ward[a]] == kind and ward[a] not in taken:
                    taken.add(int(ward[a]))
                    found.append((a, b))
                    if len([1 for x, _ in found if kinds[ward[x]] == kind]) >= -(-count // len(among)):
                        break
        return found

    return pick(_GROWING, SPLITS), pick(_SHRINKING, MERGES)


def generations(
    ward: IntArray, ward_names: list[str], splits: list[tuple[int, int]], merges: list[tuple[int, int]]
) -> tuple[Generation, Generation]:
    """Return the boundaries of 2011 and of 2021.

    An area keeps its code while its borders stay; a new one gets a new code.
    """
    before, after = _grouped(len(ward), splits), _grouped(len(ward), merges)
    old_codes = [f"ZL{number + 1:04d}" for number in range(int(before.max()) + 1)]
    old_names, count = [], dict.fromkeys(range(len(ward_names)), 0)
    for number in range(len(old_codes)):
        w = int(ward[before == number][0])
        count[w] += 1
        old_names.append(f"{ward_names[w]} {count[w]}")
    changed = {piece for pair in [*splits, *merges] for piece in pair}
    found: dict[int, tuple[str, str]] = {}
    latest = len(old_codes)
    for number in range(int(after.max()) + 1):
        pieces = np.flatnonzero(after == number)
        if int(pieces[0]) in changed:
            latest += 1
            w = int(ward[pieces[0]])
            count[w] += 1
            found[number] = (f"ZL{latest:04d}", f"{ward_names[w]} {count[w]}")
        else:
            old = int(before[pieces[0]])
            found[number] = (old_codes[old], old_names[old])
    order = sorted(found, key=lambda number: found[number][0])
    after = np.argsort(order)[after]
    first = np.array([np.flatnonzero(after == number)[0] for number in range(len(order))])
    was_first = np.array([np.flatnonzero(before == number)[0] for number in range(len(old_codes))])
    return (
        Generation(2011, before, old_codes, old_names, ward[was_first]),
        Generation(2021, after, [found[n][0] for n in order], [found[n][1] for n in order], ward[first]),
    )


def _grouped(count: int, pairs: list[tuple[int, int]]) -> IntArray:
    leader = np.arange(count)
    for a, b in pairs:
        leader[max(a, b)] = min(a, b)
    return np.asarray(np.unique(leader, return_inverse=True)[1], dtype=np.int64)
