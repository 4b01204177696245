"""Colours: written in tokens.css only, in four palettes, and every pair that meets on a page is told apart."""

import itertools
import re

import pytest

from minga.interfaces.web.statics import FOLDER, STYLES

CSS = FOLDER / "css"
TONES = ("leaf", "clay", "sky", "sun", "rose", "plum")
GROUNDS = ("paper", "surface", "sunken")
SOFT = tuple(f"{tone}-soft" for tone in TONES)

TEXT = [
    *itertools.product(("ink",), (*GROUNDS, *SOFT)),
    *itertools.product(("ink-soft", "sky"), GROUNDS),
    *itertools.product([f"{tone}-deep" for tone in TONES], GROUNDS),
    *((f"{tone}-deep", f"{tone}-soft") for tone in TONES),
    *itertools.product(("sky-deep",), SOFT),
    *(("clay-deep", "leaf-soft"), ("rose-deep", "leaf-soft")),
    *itertools.product(("on-leaf",), ("leaf", "leaf-deep")),
    ("on-rose", "rose"),
]
LINES = [
    *itertools.product(("line-strong", "ink", "ink-soft", *TONES), GROUNDS),
    *((tone, f"{tone}-soft") for tone in TONES),
    ("line-strong", "leaf-soft"),
    ("on-leaf", "leaf"),
]
CHARTS = [(f"chart-{n}", "surface") for n in range(1, 7)]


def sheet(*names: str) -> str:
    """The style files without their comments."""
    text = "".join((CSS / f"{name}.css").read_text("utf-8") for name in names or STYLES)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def tokens() -> str:
    return sheet("tokens")


def block(selector: str) -> dict[str, str]:
    found = re.search(re.escape(selector) + r" \{([^}]*)\}", tokens())
    assert found, selector
    return dict(re.findall(r"--([\w-]+): ([^;]+);", found[1]))


def pair(selector: str) -> tuple[dict[str, str], dict[str, str]]:
    light, dark = {}, {}
    for name, value in block(selector).items():
        found = re.fullmatch(r"light-dark\((#\w{6}), (#\w{6})\)", value)
        assert found, value
        light[name], dark[name] = found.groups()
    return light, dark


def palettes() -> dict[str, dict[str, str]]:
    light, dark = _normal()
    strong_light, strong_dark = pair('[data-contrast="more"]')
    return {"light": light, "dark": dark, "strong light": strong_light, "strong dark": strong_dark}


def _normal() -> tuple[dict[str, str], dict[str, str]]:
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    supported = tokens().partition("@supports")[2].partition("[data-contrast")[0]
    for name, one, two in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", supported):
        light[name], dark[name] = one, two
    return light, dark


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", ["light", "dark", "strong light", "strong dark"])
def test_every_pair_that_meets_can_be_told_apart(palette: str) -> None:
    colours = palettes()[palette]
    strong = palette.startswith("strong")
    asked = [
        *((pair, 7.0 if strong else 4.5) for pair in TEXT),
        *((pair, 7.0 if strong else 3.0) for pair in LINES),
        *((pair, 4.8 if palette.endswith("light") else 7.0) for pair in CHARTS),
    ]
    assert len(asked) > 60
    weak = [
        f"{one} on {ground}: {contrast(colours[one], colours[ground]):.2f} < {least}"
        for (one, ground), least in asked
        if contrast(colours[one], colours[ground]) < least
    ]
    assert not weak


def test_browsers_that_cannot_follow_the_system_get_the_light_palette() -> None:
    assert block(":root") == palettes()["light"]


def test_a_system_that_asks_for_contrast_gets_what_a_person_can_choose() -> None:
    assert block(':root:not([data-contrast="normal"])') == block('[data-contrast="more"]')


@pytest.mark.parametrize("name", [name for name in STYLES if name != "tokens"])
def test_colours_are_written_in_the_tokens_only(name: str) -> None:
    text = sheet(name)
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|color-mix)a?\(", text)
    assert not re.findall(r":[^;{}]*\b(?:white|black|red|green|gr[ae]y|blue)\b", text)
    used = set(re.findall(r"var\(--([\w-]+)", text))
    known = set(re.findall(r"--([\w-]+):", tokens() + text))
    assert used <= known


def test_the_mark_and_the_manifest_wear_colours_of_the_tokens() -> None:
    known = {colour for palette in palettes().values() for colour in palette.values()}
    for name in ("mark.svg", "manifest.webmanifest"):
        colours = re.findall(r"#[0-9A-Fa-f]{6}\b", (FOLDER / name).read_text("utf-8"))
        assert colours
        assert set(colours) <= known


def test_the_sheet_has_no_shadow_no_gradient_no_capitals_and_no_outside_address() -> None:
    text = sheet()
    assert not re.search(r"gradient|text-transform|url\(|@import|animation|justify;|drop-shadow", text)
    assert re.findall(r"box-shadow: ([^;]+)", text) == ["0 0 0 2px var(--surface)"] + ["none"] * (
        text.count("box-shadow: none")
    )


def test_the_sheet_knows_no_left_and_right() -> None:
    """Logical properties only, so that right-to-left needs no second sheet."""
    text = sheet()
    sides = "(?:left|right|top|bottom)"
    text = re.sub(r"env\([^)]*\)", "", text)
    assert not re.findall(rf"(?:margin|padding|border|inset)-{sides}|[\s;{{]{sides}\s*:", text)
    assert not re.findall(r"[\s;{](?:width|height)\s*:", text)


def test_nothing_appears_only_under_a_pointer() -> None:
    text = sheet()
    for rule in re.findall(r":hover[^{]*\{([^}]*)\}", text):
        assert not re.search(r"display|visibility|opacity|clip|block-size|content", rule)
