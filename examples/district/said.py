"""What people of the invented district say: invented words, for the demo."""

from __future__ import annotations

__all__ = ["DEEDS", "HEAPS", "PRIORITIES", "SAID", "STATEMENTS"]

# Words; how they may be used; how old; what kind of home. Nobody said any of this.
SAID: tuple[tuple[str, str, str, str], ...] = (
    ("The last bus goes at ten past six. After that you are stuck.", "quote", "25-44", "private"),
    ("No bus on Sundays, so I cannot see my sister.", "quote", "65+", "own"),
    ("The bus to the hospital takes two changes and an hour and a half.", "street", "65+", "social"),
    ("I turned a job down because no bus gets there before seven.", "quote", "25-44", "social"),
    ("A bus in the evening would change my week.", "quote", "16-24", "private"),
    ("The bus is late more often than not, and nobody tells you.", "themes", "45-64", "own"),
    ("Bus fares went up again. Two children and me is nine pounds.", "quote", "25-44", "social"),
    ("My grandad walks to the surgery because the bus stopped coming.", "quote", "16-24", "own"),
    ("They shut the hall and never said why. Give us the keys back.", "quote", "45-64", "own"),
    ("We ran the hall for eleven years. We could run it again.", "street", "65+", "own"),
    ("The hall was the only place for a birthday or a funeral tea.", "quote", "65+", "social"),
    ("There is nowhere to meet now that the hall is locked.", "quote", "45-64", "social"),
    ("The lunch club in the hall was my whole Tuesday.", "quote", "65+", "social"),
    ("Open the hall two evenings a week and people will come.", "quote", "25-44", "private"),
    ("Nobody asks who holds the lease of the hall.", "themes", "45-64", "own"),
    ("The kids sit in the bus shelter because there is nowhere warm.", "quote", "45-64", "social"),
    ("There is nothing for teenagers after the school bell.", "quote", "25-44", "social"),
    ("We want somewhere warm to sit that costs nothing.", "quote", "16-24", "social"),
    ("A youth club one night a week would do.", "quote", "16-24", "private"),
    ("Our young people are good kids with nowhere to go.", "street", "65+", "own"),
    ("The old youth bus used to stop here on Thursdays. Bring it back.", "quote", "25-44", "own"),
    ("Lads get moved on wherever they stand.", "themes", "16-24", "social"),
    ("The park is lovely, but half of the lights are broken.", "quote", "25-44", "own"),
    ("I do not walk through the park after dark.", "quote", "45-64", "private"),
    ("Mend the lights by the river path.", "quote", "65+", "own"),
    ("The swings in the park have been tied up since spring.", "quote", "25-44", "social"),
    ("More benches in the park, so that my mother can rest.", "quote", "45-64", "own"),
    ("The park is the best thing here. Look after it.", "street", "65+", "own"),
    ("My flat is damp. I have rung eleven times.", "quote", "25-44", "social"),
    ("There is black mould on the wall behind the cot.", "quote", "25-44", "private"),
    ("The landlord paints over the damp and it comes back.", "themes", "25-44", "private"),
    ("Repairs take months. My window has not shut since winter.", "quote", "45-64", "social"),
    ("It costs more to heat this flat than to feed us.", "quote", "25-44", "social"),
    ("You ring the surgery at eight and by ten past it is full.", "quote", "45-64", "own"),
    ("Three weeks for a doctor, and then it is a phone call.", "quote", "65+", "social"),
    ("The chemist closed. Now it is two buses for my tablets.", "quote", "65+", "social"),
    ("People look out for each other on our street.", "street", "45-64", "own"),
    ("When I was ill, next door brought soup for a month.", "quote", "65+", "social"),
    ("I know every face here. That is worth more than money.", "quote", "65+", "own"),
    ("Neighbours cleared the snow for the whole row.", "quote", "25-44", "own"),
    ("Somebody should ask us before they decide.", "quote", "45-64", "own"),
    ("We get asked, and then nothing happens.", "quote", "25-44", "social"),
    ("Fly tipping behind the garages, every week.", "quote", "45-64", "social"),
    ("The bins overflow by Thursday.", "themes", "25-44", "private"),
    ("I would pay a bit more for a shop that sells fruit.", "quote", "25-44", "private"),
    ("Teach us to swim again. The baths closed when I was ten.", "quote", "16-24", "own"),
)

# Names that people gave, and the word that marks a point of that heap.
HEAPS = {
    "Buses that come when you need them": "bus", "Open the hall again": " hall",
    "Somewhere warm for young people": "warm",
    "Look after the park": " park", "Homes without damp": "damp",
}  # fmt: skip

STATEMENTS = (
    "The hall should be run by people who live here.",
    "I would pay a little more for a bus in the evening.",
    "Young people should have one evening a week that is theirs.",
    "The council should mend the park lights before anything new is built.",
    "Landlords should be named when repairs take longer than a month.",
    "We have been asked often enough. It is time to act.",
    "A shop that sells fresh food matters more than parking.",
    "I feel safe walking here after dark.",
)

# Title, why, themes by name, for, against, what those against it said.
PRIORITIES: tuple[tuple[str, str, tuple[str, ...], int, int, str], ...] = (
    (
        "The hall, open two evenings a week", "It was the one place for everybody, and people offered to run it.",
        ("Open the hall again", "Somewhere warm for young people"), 41, 3, "It costs too much to heat.",
    ),
    (
        "A bus until nine in the evening", "Jobs, hospital and family all hang on it.",
        ("Buses that come when you need them",), 38, 6, "More people would drive all the same.",
    ),
)  # fmt: skip

DEEDS: tuple[tuple[int, str, str, str], ...] = (
    (0, "The council has said who holds the lease. A meeting about the keys is set.", "begun", "the board"),
    (1, "The bus company was asked for a trial of six months.", "planned", "the liaison officer"),
)
