"""Ana answers the phone with sixty open cases before her, on a small telephone, with scripts and without: no dead end."""

from collections.abc import Callable

import pytest

from minga.sharing.rules import Help
from tests.browser.conftest import Street
from tests.browser.people import Somebody
from tests.sharing import neighbours
from tests.sharing.test_dispatch import taken

pytestmark = pytest.mark.browser
Meet = Callable[[str | None], Somebody]
CASES = 60


@pytest.fixture
def busy(street: Street) -> Street:
    """Sixty needs came in this morning, and three neighbours drive."""
    village = street.village
    if not hasattr(busy, "done"):
        for n in range(CASES):
            street.clock.forward(seconds=1)
            taken(village, what=f"Errand {n}", reach=f"+34 600 20 {n:04}", place=f"Block {'ABCD'[n % 4]}")
        for name in ("chidi", "hana", "dara"):
            neighbours.listed(
                village, village.actor(name), Help(), title=f"{name} drives", terms=neighbours.GIFT
            )
        busy.done = True  # type: ignore[attr-defined]
    return street


def test_a_need_is_taken_in_asked_around_driven_and_done(busy: Street, meet: Meet) -> None:
    """T9 whole, T26."""
    ana, bruno = meet("ana"), meet("bruno")
    ana.open("/c/valley/more")
    ana.follow("Dispatch")
    ana.reads("Errand 0")
    ana.reads("Errand 59")
    ana.follow("Take in by phone")
    ana.write("Who calls?", "Bruno")
    ana.press("Take it in")
    ana.reads("Read the sentence aloud first")
    ana.write("How do we reach them?", "+57 300 765 43 21")
    ana.write("What do they need?", "A lift to the clinic")
    ana.write("In which area?", "Fig street")
    ana.unfold("More")
    ana.write("Their short name, if they are a member", "bruno")
    ana.choose("They agree")
    ana.press("Take it in")
    ana.reads("Taken in. Now find somebody.")
    case = ana.page.url
    ana.press("Ask them")
    ana.reads("has not answered")
    bruno.open("/me/sharing")
    bruno.reads("A lift to the clinic")
    asked = [name for name in ("chidi", "hana", "dara") if name.title() in ana.page.inner_text("#asked")]
    assert len(asked) == 3
    first, second = meet(asked[0]), meet(asked[1])
    first.open("/needs")
    first.reads("Can you help with “A lift to the clinic”?")
    first.press("Not now")
    second.open("/needs")
    second.press("Yes")
    second.reads("Thank you. Arrange it now.")
    second.reads("Bruno")
    second.misses("765 43")
    second.press("I have begun")
    second.press("It is done")
    bruno.open(second.page.url)
    bruno.press("Yes, it is done")
    ana.open(case)
    ana.reads("Done today")
    third = meet(asked[2])
    third.open("/needs")
    third.misses("A lift to the clinic")


def test_no_way_of_a_case_ends_nowhere(busy: Street, meet: Meet) -> None:
    ana = meet("ana")
    ana.open("/c/valley/dispatch?area=nowhere")
    ana.reads("Nothing is open")
    ana.open("/c/valley/dispatch")
    ana.follow("Mine")
    ana.write("Area", "Block B")
    ana.press("Search")
    ana.follow("Errand 1")
    ana.write("Note", "Rang twice.")
    ana.press("Write it down")
    ana.reads("Rang twice.")
    fold = ana.unfold("It is two needs")
    part = f"A part, {'with' if ana.desk.scripts else 'without'} scripts"
    ana.write("What stands on its own", part, fold)
    ana.press("Split", fold)
    ana.reads("a part of this one")
    ana.follow(part)
    ana.reads("The need this is a part of")
    fold = ana.unfold("It is the same as another one")
    ana.write("Number of the other one", "2", fold)
    ana.press("Merge", fold)
    ana.reads("This goes on in another one.")
    ana.follow("Open it")
    ana.follow("Back to the list")
    fold = ana.unfold("Call sheet with numbers")
    ana.press("Call sheet with numbers", fold)
    ana.reads("+34 600 20 0001")
    ana.follow("Back to the list")
    ana.follow("End my duty")
    ana.reads("open cases")
    ana.follow("Back to the list")
