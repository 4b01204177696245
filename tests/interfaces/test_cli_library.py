"""The library from the command line: lent and taken back by numbers, what is late, labels."""

from typing import Any

from minga.sharing.models import Listing
from tests.interfaces.test_cli_exchanges import folk as folk
from tests.interfaces.test_cli_exchanges import run as run
from tests.sharing.test_desk import library
from tests.village import Village


def test_a_thing_of_the_library_goes_out_and_comes_back_by_its_number(folk: Village, run: Any) -> None:
    drill = library(folk)
    with folk.database.read() as session:
        number = str(session.get_one(Listing, drill).number)
    here = ("--community", "valley")
    run("loan", "lend", number, "--to", "hana", *here, who="bruno", code=4)
    run("loan", "lend", number, "--to", "hana", *here, who="zoe", code=3)
    run("loan", "lend", number, *here, who="chidi", code=2)
    [out] = run("loan", "lend", number, "--to", "bruno", *here, who="chidi")
    assert out["due_on"] == "2026-11-30"
    run("loan", "lend", number, "--to", "hana", *here, who="chidi", code=5)
    assert run("loan", "overdue", "--library", *here, who="chidi") == []
    [label] = run("listing", "labels", *here, who="ana")
    assert label["address"].endswith(f"/listings/{drill}")
    [back] = run("loan", "back", number, "--condition", "4", *here, who="ana")
    assert back["returned_on"] == "2026-11-16"
    run("listing", "labels", *here, who="bruno", code=4)
