"""Languages: chosen, spoken, marked when missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from minga.kit import i18n
from minga.kit.i18n import Said, accepted, catalogues, choose_language, translator
from minga.kit.i18n.__main__ import main

ES = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Language: es\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Only {n} left."
msgstr "Solo quedan {n}."

msgid "{n} line"
msgid_plural "{n} lines"
msgstr[0] "{n} línea"
msgstr[1] "{n} líneas"

#, fuzzy
msgid "Guessed"
msgstr "Adivinado"

msgctxt "verb"
msgid "Open"
msgstr "Abrir"
"""


@pytest.fixture
def spanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A catalogue of our own in place of the shipped one."""
    path = tmp_path / "es.po"
    path.write_text(ES)
    monkeypatch.setattr(i18n, "catalogue_path", lambda language: path)
    monkeypatch.setattr(catalogues, "catalogue_path", lambda language: path)
    translator.cache_clear()
    yield path
    translator.cache_clear()


def test_a_language_speaks_its_catalogue_with_plurals_and_contexts(spanish: Path) -> None:
    voice = translator("es-CO")
    assert voice.gettext("Only {n} left.") == "Solo quedan {n}."
    assert [voice.ngettext("{n} line", "{n} lines", n) for n in (1, 2)] == ["{n} línea", "{n} líneas"]
    assert voice.pgettext("verb", "Open") == "Abrir"
    assert voice.gettext("") == ""


def test_a_missing_sentence_is_said_in_english_and_marked_so(spanish: Path) -> None:
    voice = translator("es")
    known, missing, guessed = (
        voice.said("Only {n} left.", n=3),
        voice.said("Not yet {n}.", n=3),
        voice.said("Guessed"),
    )
    assert (known, known.lang) == ("Solo quedan 3.", "")
    assert (missing, missing.lang) == ("Not yet 3.", "en")
    assert (guessed, guessed.lang) == ("Guessed", "en")
    assert voice.knows("{n} line")
    assert translator("en").said("Anything").lang == ""


def test_a_language_nobody_ships_speaks_english() -> None:
    assert translator("tlh").gettext("Please sign in first.") == "Please sign in first."
    assert translator("tlh").language.tag == "en"


@pytest.mark.parametrize(
    ("person", "community", "header", "chosen"),
    [
        ("es", "en", "en", "es"),
        (None, "es", "en", "es"),
        (None, None, "es-CO,en;q=0.8", "es"),
        (None, None, "", "en"),
        ("tlh", None, "es", "es"),
        ("es-CO", None, "en", "es"),
        (None, None, "fr, de", "en"),
        (None, None, "en;q=0.1, es;q=0.2", "es"),
        (None, None, "es;q=0", "en"),
    ],
)
def test_the_person_comes_before_the_community_before_the_browser(
    person: str | None, community: str | None, header: str, chosen: str
) -> None:
    assert choose_language(person, community, header) == chosen


@given(st.text(max_size=2_000))
def test_any_header_is_read_without_a_fault(header: str) -> None:
    assert all(isinstance(tag, str) for tag in accepted(header))
    assert choose_language(None, None, header) in i18n.LANGUAGES


def test_the_pseudo_language_is_longer_keeps_facts_and_shows_every_mark() -> None:
    said = translator("en-XA").gettext("Only {n} left in <b>Valley</b>.")
    assert said.startswith("[")
    assert said.endswith("]")
    assert "{n}" in said
    assert "<b>" in said
    assert len(said) >= 1.4 * len("Only {n} left in <b>Valley</b>.")
    assert said.format(n=3).startswith("[Öñlý 3") or "3" in said.format(n=3)


def test_right_to_left_is_known() -> None:
    assert i18n.direction("ar-EG") == "rtl"
    assert i18n.direction("en") == "ltr"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "templates").mkdir(parents=True)
    (folder / "rules.py").write_text(
        'A = N_("Only {n} left.")\nraise Invalid("Too many.")\nngettext("{n} line", "{n} lines", 2)\nInvalid(A)\n'
    )
    (folder / "templates" / "page.html").write_text(
        '<h1>{{ _("Hello %(name)s", name=name) }}</h1>{% trans %}Whole{% endtrans %}'
    )
    return folder


def test_sentences_are_gathered_from_code_and_templates(source: Path) -> None:
    ids = {message.id for message in catalogues.gather(source) if message.id}
    assert ids == {"Only {n} left.", "Too many.", ("{n} line", "{n} lines"), "Hello %(name)s", "Whole"}


def test_a_catalogue_below_98_percent_or_with_a_lost_fact_is_refused(source: Path, spanish: Path) -> None:
    gathered = catalogues.gather(source)
    found = list(catalogues.faults("es", gathered))
    assert found[0] == "es: 40.0 % of 5 sentences are translated, 98 % are needed."
    assert "es: missing: 'Too many.'" in found
    spanish.write_text(ES.replace("Solo quedan {n}.", "Solo quedan {m}."))
    assert any("has facts ['{n}']" in fault for fault in catalogues.faults("es", gathered))


def test_extracting_keeps_translations_and_drops_what_is_gone(source: Path, spanish: Path) -> None:
    catalogues.update("es", catalogues.gather(source))
    first = spanish.read_text()
    assert "Solo quedan {n}." in first
    assert "Adivinado" not in first
    catalogues.update("es", catalogues.gather(source))
    assert spanish.read_text() == first
    translator.cache_clear()
    assert translator("es").gettext("Only {n} left.") == "Solo quedan {n}."


def test_a_complete_catalogue_passes(source: Path, spanish: Path) -> None:
    catalogue = catalogues.update("es", catalogues.gather(source))
    for message in catalogue:
        if message.id:
            message.string = message.id if isinstance(message.id, str) else tuple(message.id)
    with spanish.open("wb") as file:
        write_po(file, catalogue)
    assert list(catalogues.faults("es", catalogues.gather(source))) == []


@pytest.mark.parametrize("line", ['_(f"Hello {name}")', 'N_("a" + b)', "N_(text)", 'gettext("a" % b)'])
def test_a_sentence_put_together_from_pieces_is_found(source: Path, line: str) -> None:
    assert list(catalogues.loose_sentences(source)) == []
    (source / "loose.py").write_text(f"{line}\n")
    (fault,) = catalogues.loose_sentences(source)
    assert "loose.py:1" in fault


def test_a_sentence_put_together_in_a_template_is_found(source: Path) -> None:
    (source / "templates" / "loose.html").write_text('<p>\n{{ _("Hello " ~ name) }}</p>')
    (fault,) = catalogues.loose_sentences(source)
    assert "loose.html:2" in fault


def test_no_sentence_of_ours_is_put_together_from_pieces() -> None:
    assert list(catalogues.loose_sentences()) == []


def test_the_command_says_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["help"]) == 2
    assert "extract or check" in capsys.readouterr().err


def test_said_is_a_text() -> None:
    assert Said("Yes") + "!" == "Yes!"
    assert Said("Yes").lang == ""


def test_every_shipped_language_has_its_sentences() -> None:
    assert catalogues.check() == []
