"""A group makes sense of what was said: proposed, decided by people, asked, shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from homeground_web.listen import queries, said, steps
from homeground_web.listen.models import Campaign, Conversation, Sorting, Step
from tests.web.listening import NUMBER

pytestmark = pytest.mark.django_db
SORT = f"/our/our-patch/listen/{NUMBER}/sort"


@pytest.fixture
def board(member: Any, place: Any) -> Client:
    """A board member at the table."""
    signed_in: Client = member("board_member", place=place)
    return signed_in


@pytest.fixture
def sorting(campaign: Campaign, board: Client, django_capture_on_commit_callbacks: Any) -> Sorting:
    """First heaps, proposed by the site."""
    with django_capture_on_commit_callbacks(execute=True):
        board.post(SORT, {"grain": "finer"})
    return Sorting.objects.get()


@pytest.fixture
def do(board: Client, sorting: Sorting, django_capture_on_commit_callbacks: Any) -> Callable[..., str]:
    """Press a button of the screen; return the page after it."""

    def done(wish: str, **more: Any) -> str:
        with django_capture_on_commit_callbacks(execute=True):
            answer = board.post(f"{SORT}/{sorting.pk}", {"wish": wish, **more})
        page = board.get(answer.url, follow=True)
        assert page.status_code == 200
        return page.content.decode()

    return done


def points(sorting: Sorting, word: str) -> list[int]:
    """Return the points that hold a word."""
    return [point.pk for point in sorting.points.select_related("conversation") if word in point.text]


def test_only_what_had_its_second_look_is_sorted(sorting: Sorting) -> None:
    """And each point is a span of a conversation."""
    assert sorting.points.filter(conversation__state="good").count() == sorting.points.count() >= 12
    assert Conversation.objects.filter(state="waiting").exists()
    assert steps.propose(sorting) == 0  # a worker that is started again adds nothing


def test_too_few_are_read_aloud_sooner_than_sorted(campaign: Campaign, board: Client) -> None:
    """The page says how many it takes."""
    Conversation.objects.exclude(pk__in=list(Conversation.objects.values_list("pk", flat=True)[:4])).delete()
    assert "It takes at least 5" in board.get(SORT).content.decode()
    assert board.post(SORT, {"grain": "finer"}).status_code == 400


def test_every_button_is_a_step_that_can_be_taken_back(sorting: Sorting, do: Callable[..., str]) -> None:
    """Make, name, confirm, move, part, put together, throw out; the history says who did what."""
    bus = points(sorting, "bus")
    page = do("new", name="Buses", point=bus)
    number = steps.now(sorting).next_number - 1
    assert "Buses" in page and f"{len(bus)} quotes" in page
    do("name", theme=number, name="Buses that come")
    do("split", theme=number, point=bus[:2], name="Sundays")
    other = steps.now(sorting).next_number - 1
    do("move", theme=number, other=other, point=bus[2:3])
    assert sorted(steps.now(sorting).heaps[other].points) == sorted(bus[:3])
    do("merge", theme=number, other=other)
    assert sorted(steps.now(sorting).heaps[number].points) == sorted(bus)
    do("no-theme", theme=number)
    assert number not in [heap.number for heap in steps.now(sorting).themes()]
    last = sorting.steps.order_by("-number").first()
    assert last is not None
    page = do("undo", step=last.number)
    assert "Buses that come" in page and "(taken back)" in page
    do("undo", step=1)  # the proposal itself cannot be taken back
    assert steps.now(sorting).heaps


@pytest.mark.parametrize("wrong", [{"theme": 9999}, {"theme": "x"}, {}, {"theme": 1, "other": 1}, {"point": [10**9]}])
@pytest.mark.parametrize("wish", ["confirm", "merge", "move", "split", "put", "take", "name", "nothing"])
def test_what_cannot_be_done_changes_nothing(sorting: Sorting, do: Callable[..., str], wish: str, wrong: Any) -> None:
    """Said in words; no step is written."""
    do(wish, **wrong)
    assert sorting.steps.count() == 1


def test_steps_are_never_changed() -> None:
    """Not by saving one again, and not many at once."""
    with pytest.raises(TypeError, match="only ever added"):
        Step.objects.all().update(verb="name")
    with pytest.raises(TypeError, match="only ever added"):
        Step(pk=1).save()


def test_what_else_fits_is_asked_after_five_quotes_each(sorting: Sorting, do: Callable[..., str]) -> None:
    """Two heaps with five confirmed; the rest is suggested, the least sure first; who decides takes it off the list."""
    bus, park = points(sorting, "bus"), points(sorting, "park")
    more = [
        Conversation.objects.create(
            id=f"00000000-0000-4000-8000-{n:012d}", campaign=sorting.campaign, text=text, language="en",
            consent="quote",
            source="web", said=sorting.made, told="", state="good",
        )
        for n, text in enumerate(["Another bus on Sundays please, the bus is late", "More flowers in the park please"])
    ]  # fmt: skip
    for one in more:
        sorting.points.create(conversation=one, start=0, end=len(one.text))
    assert "What else fits?" not in do("new", name="Buses", point=bus)
    assert "What else fits?" in do("new", name="Park", point=park)
    assert len(bus) >= 5 and len(park) >= 5
    page = do("ask")
    fresh = Sorting.objects.get()
    assert fresh.asked and "Check" in page
    sure = [one[1] for one in next(iter(fresh.asked.values()))]
    assert sure == sorted(sure) and min(sure) >= steps.SURE_ENOUGH
    theme, ((point, _sure), *_rest) = next(iter(fresh.asked.items()))
    do("put", theme=theme, point=[point])
    assert point not in [p for rows in Sorting.objects.get().asked.values() for p, _ in rows]


def test_shown_themes_have_names_people_and_only_allowed_quotes(
    sorting: Sorting, do: Callable[..., str], client: Client
) -> None:
    """Words for themes only are counted and not quoted; people count once, however much they said."""
    assert "Give at least one heap a name" in do("show")
    do("new", name="Buses", point=points(sorting, "bus"))
    do("show")
    page = client.get("/our/our-patch/said").content.decode()
    assert "Buses" in page and "5 people" in page
    assert "more than my lunch costs" not in page and "Somebody from Mill Lane" in page
    number = steps.now(sorting).next_number - 1
    whole = client.get(f"/our/our-patch/said/{number}").content.decode()
    assert "One of the conversations is counted and not quoted." in whole
    for file in ("said.csv", "said.json"):
        told = client.get(f"/our/our-patch/{file}").content.decode()
        assert "There is no bus after six" in told and "lunch costs" not in told
    Conversation.objects.filter(text__contains="after six").update(people=3)
    assert queries.shown_themes(queries.shown_sorting(sorting.campaign.place))[0].people == 7


def test_what_stands_in_no_theme_is_shown_too(sorting: Sorting, do: Callable[..., str], client: Client) -> None:
    """Nothing is thrown away."""
    do("new", name="Buses", point=points(sorting, "bus"))
    do("show")
    assert "Give us the keys back" in client.get("/our/our-patch/said").content.decode()


def test_an_order_that_may_be_chance_is_not_shown_as_one() -> None:
    """By the counts of people, at 95 per cent."""
    theme = queries.ShownTheme
    assert said.order_is_sure([theme(1, "a", 100, 1), theme(2, "b", 40, 1)])
    assert not said.order_is_sure([theme(1, "a", 12, 1), theme(2, "b", 10, 1)])


def test_two_people_sort_the_same_and_their_agreement_is_told(
    sorting: Sorting, do: Callable[..., str], member: Any, place: Any
) -> None:
    """The second does not see who put what where; beside it stands how far the machine agrees with people."""
    bus, park = points(sorting, "bus"), points(sorting, "park")
    do("new", name="Buses", point=bus)
    first = steps.now(sorting).next_number - 1
    do("new", name="Park", point=park)
    other = member("ambassador", place=place, email="second@example.org")
    page = other.get(f"{SORT}/{sorting.pk}/second").content.decode()
    asked = [int(n) for n in re.findall(r'name="p(\d+)"', page)]
    assert set(asked) == {*bus, *park} and "confirmed" not in page
    answers = {f"p{n}": first if n in bus else first + 1 for n in asked}
    other.post(f"{SORT}/{sorting.pk}/second", answers)
    assert "they agree by 1.00" in do("nothing").replace("\n", " ")
