"""Households: who lives together, from when until when. Pure."""

from enum import StrEnum

from minga.kit.errors import Invalid, Refused
from minga.kit.i18n import N_

NAME_MAX = 80
SEATS_MAX = 40
DEPENDANTS_MAX = 20
BORN_FROM = 1900


class SeatKind(StrEnum):
    """As what somebody lives there."""

    ADULT = "adult"
    YOUNG = "young"
    CHILD = "child"
    GUEST = "guest"


SEAT_WORDS = {
    SeatKind.ADULT: N_("Adult"),
    SeatKind.YOUNG: N_("Young person"),
    SeatKind.CHILD: N_("Child"),
    SeatKind.GUEST: N_("Guest"),
}

LIVES_ELSEWHERE = N_("{name} belongs to another household here. They leave that one first.")
HERE_ALREADY = N_("{name} belongs to this household already, or was asked.")
FULL = N_("A household has at most {most} people.")
LAST_CONTACT = N_("You are the only contact. Make somebody else contact first.")
NOT_A_CONTACT = N_("Only a contact of this household can do that.")


def check_born(text: str, year_now: int) -> int | None:
    """A year of birth, or None when nothing was written.

    >>> check_born(" 2019 ", 2026), check_born("", 2026)
    (2019, None)
    """
    typed = text.strip()
    if not typed:
        return None
    if not (
        typed.isascii() and typed.isdecimal() and len(typed) == 4 and BORN_FROM <= int(typed) <= year_now
    ):
        sentence = N_("Write the year of birth with four digits, or nothing.")
        raise Invalid(sentence, fields={"born": sentence})
    return int(typed)


def check_kind(text: str) -> SeatKind:
    """The kind of a seat, or a refusal at its field.

    >>> check_kind("child")
    <SeatKind.CHILD: 'child'>
    """
    try:
        return SeatKind(text)
    except ValueError:
        sentence = N_("Choose one of the list.")
        fault: dict[str, str | Refused] = {"kind": sentence}
        raise Invalid(sentence, fields=fault) from None
