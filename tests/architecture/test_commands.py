"""Every command of the program loads, says what it does with an example, and declares no option of the frame."""

import pytest

from minga.interfaces.cli import catalogue, options
from minga.interfaces.cli.docs.program import EXITS, app_of, help_of, subcommands
from minga.interfaces.cli.frame import EXITS as CODES

ALL = [(name, one) for name, entry in catalogue.COMMANDS.items() for one in subcommands(entry)]


@pytest.mark.parametrize(("name", "one"), ALL, ids=lambda part: part or "-")
def test_a_command_says_what_it_does_with_an_example(name: str, one: str) -> None:
    text = help_of(name, [one] if one else [])
    assert f"Usage: minga {name}" in text
    assert f"Example: minga {name}" in " ".join(text.split()), text


@pytest.mark.parametrize("name", catalogue.COMMANDS)
def test_options_of_the_frame_are_not_declared_again(name: str) -> None:
    for one in subcommands(catalogue.COMMANDS[name]):
        text = help_of(name, [one] if one else [])
        own = {line.split()[0].rstrip(",") for line in text.splitlines() if line.startswith("  --")}
        assert own & {*options.VALUES, *options.FLAGS} == set()


@pytest.mark.parametrize("name", catalogue.COMMANDS)
def test_the_catalogue_says_it_in_one_line(name: str) -> None:
    entry = catalogue.COMMANDS[name]
    assert app_of(entry)
    assert entry.words.endswith(".")
    assert len(f"  {name}  {entry.words}") < 120


def test_older_names_lead_to_names_of_today() -> None:
    assert not {old[0] for old in catalogue.ALIASES if old[0] in catalogue.COMMANDS and len(old) == 1}


def test_every_exit_code_is_documented() -> None:
    assert {str(code) for _, code in CODES} | {"0", "70"} == {code for code, _ in EXITS}
