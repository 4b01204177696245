"""Labels to stick on things: eight sizes, each as a sheet of paper holds them. Pure."""

from dataclasses import dataclass

from minga.kit.i18n import N_


@dataclass(frozen=True, slots=True)
class Sheet:
    """One size of labels: how wide and high each is in millimetres, and how many stand side by side."""

    name: str
    words: str
    width_mm: int
    height_mm: int
    across: int
    code_mm: int

    @classmethod
    def of(cls, name: str) -> "Sheet":
        """The size of that name, else the usual one.

        >>> Sheet.of("tiny").across, Sheet.of("unknown").name
        (6, 'medium')
        """
        return SIZES.get(name, SIZES["medium"])


SIZES = {
    one.name: one
    for one in (
        Sheet("tiny", N_("Tiny, 30 × 30 mm"), 30, 30, 6, 16),
        Sheet("small", N_("Small, 38 × 21 mm"), 38, 21, 4, 17),
        Sheet("narrow", N_("Narrow, 63 × 25 mm"), 63, 25, 3, 20),
        Sheet("medium", N_("Medium, 63 × 38 mm"), 63, 38, 3, 28),
        Sheet("square", N_("Square, 60 × 60 mm"), 60, 60, 3, 36),
        Sheet("wide", N_("Wide, 90 × 47 mm"), 90, 47, 2, 34),
        Sheet("large", N_("Large, 90 × 68 mm"), 90, 68, 2, 48),
        Sheet("huge", N_("Half a page, 180 × 130 mm"), 180, 130, 1, 96),
    )
}
