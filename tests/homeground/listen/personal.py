"""Invented sentences that hold personal details, each labelled: what must be hidden, and of which kind.

Nobody in them exists. Telephone numbers are from the ranges that Ofcom keeps for drama; NHS numbers have a right check
digit and are from the range that is used for tests (9990000000 upwards).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

FIRST_TEXT = """
    Aaron Abdul Adele Agnieszka Aisha Alan Amina Andrzej Anwen Arjun Beryl Blessing Brenda Callum Carys Chidi
    Chloe Colin Dafydd Darren Deborah Denise Dilip Doreen Eileen Elif Emeka Farah Fatima Fergus Fiona Gareth
    Gurpreet Harjit Hassan Hayley Ibrahim Imran Irene Ivan Jade Jean Joan Joyce Kamran Kasia Keith Kwame Leanne
    Liam Mariam Maureen Mehmet Mohammed Moira Nadia Ngozi Nigel Olu Pauline Pawel Priya Rashid Rhian Ruby Samira
    Sandra Shanice Sheila Sinead Stacey Svetlana Tariq Terry Tomasz Tracey Usman Wendy Yusuf Yvonne Zainab Zofia
"""
FIRST = FIRST_TEXT.split()
LAST_TEXT = """
    Adeyemi Ahmed Barlow Begum Bennett Birtwistle Chaudhry Cooper Davies Dziedzic Evans Fairhurst Green Hargreaves
    Hill Hussain Iqbal Jones Kaur Kowalski Lane Mensah Morgan Nowak Okafor O'Brien Park Patel Pritchard Rahman
    Roberts Shah Singh Smith Sutcliffe Thomas Walker Williams Wood Yilmaz
"""
LAST = LAST_TEXT.split()
STREETS_TEXT = (
    "Mill Lane|Station Road|Church Street|Queen's Drive|St Mary's Close|"
    "Albert Terrace|Cotton Street|Fold Gardens|Old Quarry Way|Inkerman Street|"
    "Bryn Crescent|The Crescent|Hawthorn Avenue|Peel Row"
)
STREETS = STREETS_TEXT.split("|")
MONTHS_TEXT = "January February March April May June July August September October November December"
MONTHS = MONTHS_TEXT.split()
# {it} is where the detail stands.
AROUND: dict[str, list[str]] = {
    "postcode": [
        "I have lived at {it} for years", "We are {it}, right by the canal", "postcode is {it} if you need", "({it})",
        "Near the school, {it}. It is dark at night.",
    ],
    "phone": [
        "Call me on {it} after six", "my mobile is {it}", "{it} is the best number", "Ring: {it}.",
        "tel {it}, ask for the office",
        "You can reach us at {it} any time",
    ],
    "email": ["write to {it} please", "My address is {it}.", "email: {it}", "I sent it from {it} and heard nothing"],
    "nhs_number": ["NHS number {it}", "my NHS no is {it} and nobody rang", "they asked for {it} at the desk"],
    "national_insurance": ["NI number {it}", "my national insurance is {it}.", "I gave them {it} twice"],
    "birth": [
        "date of birth {it}", "I was born on {it} here", "DOB: {it}", "My birthday is {it}",
        "born {it} at the old hospital",
    ],
    "bank": [
        "sort code {it}", "Pay it to {it} please", "sort code is {it}, thanks",
    ],
    "plate": [
        "a white van, {it}, parks on the path", "the car {it} is always here", "Registration {it} blocks the ramp",
        "that {it} again",
    ],
    "address": [
        "I live at {it} and the drains smell", "Next to {it}", "the house at {it} is empty", "{it} has been boarded up",
        "we moved to {it} in 2019",
    ],
    "name": [
        "My name is {it}", "I'm called {it} and I run the club", "My neighbour {it} helps with shopping",
        "Ask for {it} at the hall", "my son {it} has nowhere to play", "{it} next door is lonely",
        "Mrs {last} is always kind",
        "Dr {last} left the surgery", "I spoke to {it} at the council", "{it} from the flats organises it",
        "Cllr {last} never answers", "{it} says the bus stopped", "Everyone knows {it}. She runs it all.",
    ],
}  # fmt: skip
# Nothing here is personal: what is hidden in these is hidden for nothing.
PLAIN = """
The number 42 bus stops at half past six.
There are 3 pubs and 2,400 people here.
We got £10,000 in 2019 and £1,250 the year after.
Station Road floods every winter.
Victoria Park is lovely in May.
Will there be a new hall? Mark my words, there will.
The A666 is dangerous at the top of the hill.
It takes 45 minutes to walk to the shops.
The school had 210 pupils in 2004-05 and 180 now.
Grace before meals, and hope for all of us.
I would rate it 7 out of 10.
Open from 9.30 to 17.00, Monday to Friday.
The rec is 200 metres long and 80 wide.
M6 traffic comes through here when it is closed.
St Mary's Church is cold, and the library on Church Street is shut.
COVID 19 changed everything for the young ones.
They promised 25 new trees along Hawthorn Avenue by 2021.
The council said no, then yes, then no again.
Two buses an hour, then one, then none.
Our kids need somewhere to go after 4pm.
People here look after each other.
The bill was 1,234.50 and nobody explained it.
Bring back the Friday market.
We had 12/13 of what we asked for.
""".strip().splitlines()


@dataclass(frozen=True)
class Labelled:
    """A sentence, and what must be hidden in it."""

    text: str
    kind: str
    start: int
    end: int


def made_up(count: int, seed: int = 1) -> list[Labelled]:
    """Return `count` sentences for each kind of detail."""
    pick = random.Random(seed)
    make = _Makes(pick)
    rows = []
    for kind, frames in AROUND.items():
        for number in range(count):
            frame = frames[number % len(frames)]
            detail = pick.choice(LAST) if "{last}" in frame else getattr(make, kind)()
            place = frame.replace("{last}", "{it}")
            start = place.index("{it}")
            rows.append(Labelled(place.replace("{it}", detail), kind, start, start + len(detail)))
    return rows


class _Makes:
    """One made-up detail of each kind."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick

    def _digits(self, number: int) -> str:
        return "".join(str(self.pick.randrange(10)) for _ in range(number))

    def _letters(self, number: int, of: str = "ABDEFGHJLNPQRSTUWXYZ") -> str:
        return "".join(self.pick.choice(of) for _ in range(number))

    def postcode(self) -> str:
        out = ["M1", "M60", "CR2", "DN55", "W1A", "EC1A", "BL9", "OL16", "LL57", "S8", "NE33", "SW1A"]
        whole = self.pick.choice(out) + self.pick.choice([" ", " ", "", "  "]) + self._digits(1) + self._letters(2)
        return self.pick.choice([whole, whole, whole.lower()])

    def phone(self) -> str:
        start = [
            "07700 900", "07700900", "+44 7700 900", "+447700900", "0113 496 0", "(0161) 496 0", "020 7946 0",
        "01632 960",
            "07700-900-", "0044 7700 900", "+44 (0)161 496 0",
        ]  # fmt: skip
        return self.pick.choice(start) + self._digits(3)

    def email(self) -> str:
        first, last = self.pick.choice(FIRST).lower(), self.pick.choice(LAST).lower().replace("'", "")
        many = [
            f"{first}.{last}@example.org",
            f"{first}{self._digits(2)}@mail.example.co.uk",
            f"{last}_{first}@example.com",
        ]
        return self.pick.choice(many)

    def nhs_number(self) -> str:
        while True:
            nine = "999" + self._digits(6)
            check = 11 - sum(w * int(d) for w, d in zip(range(10, 1, -1), nine, strict=True)) % 11
            if check != 10:
                ten = nine + str(check % 11)
                return self.pick.choice([ten, f"{ten[:3]} {ten[3:6]} {ten[6:]}", f"{ten[:3]}-{ten[3:6]}-{ten[6:]}"])

    def national_insurance(self) -> str:
        two = self.pick.choice(["AB", "CE", "JK", "LM", "HC", "PA", "SR", "TW", "ZY"])
        six, end = self._digits(6), self.pick.choice("ABCD")
        spaced = f"{two} {six[:2]} {six[2:4]} {six[4:]} {end}"
        return self.pick.choice([two + six + end, spaced, spaced.lower(), f"{two}{six} {end}"])

    def birth(self) -> str:
        day, month, year = self.pick.randrange(1, 29), self.pick.randrange(1, 13), self.pick.randrange(1930, 2012)
        name = MONTHS[month - 1]
        many = [f"{day:02}/{month:02}/{year}", f"{day} {name} {year}", f"{day}.{month}.{year % 100:02}"]
        many += [f"{year}-{month:02}-{day:02}", f"{day}th {name[:3]} {year}", f"{name} {day}, {year}"]
        return self.pick.choice(many)

    def bank(self) -> str:
        code = f"{self._digits(2)}-{self._digits(2)}-{self._digits(2)}"
        return self.pick.choice([code, f"{code} {self._digits(8)}", f"{code}, account {self._digits(8)}"])

    def plate(self) -> str:
        old = f"{self._letters(1, 'ABCDEFGHJKLMNPRSTVWXY')}{self._digits(3)} {self._letters(3)}"
        new = self._letters(2, "ABCDEFGHJKLMNPRSTUVWXY") + self.pick.choice(["51", "09", "19", "71", "24", "62"])
        return self.pick.choice([f"{new} {self._letters(3)}", new + self._letters(3), old])

    def address(self) -> str:
        street, number = self.pick.choice(STREETS), self.pick.randrange(1, 240)
        many = [f"{number} {street}", f"{number}a {street}", f"{number}, {street}"]
        return self.pick.choice([*many, f"Flat {self.pick.randrange(1, 30)}, {number} {street}"])

    def name(self) -> str:
        first, last = self.pick.choice(FIRST), self.pick.choice(LAST)
        return self.pick.choice([first, f"{first} {last}", f"{first} {last}"])
