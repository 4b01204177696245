"""The text engine, concepts and scores: exact counts, sums that add up, and figures on open data."""

import csv
import gzip
import json
import os
import random
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minga.intelligence.rules import concepts, score, text
from minga.intelligence.rules.concept_list import CONCEPTS
from minga.sharing.rules.categories import CATEGORIES
from tests.architecture.source import ROOT

DATA = Path(os.environ.get("MINGA_DATA_DIR") or ROOT.parent / "shared/data") / "matching"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the open data of matching is not beside this checkout"
)
ALLOWED = {"text", "concept", "near", "time", "wait"}
WORDS = st.text(alphabet="abcdé ñ🙂\x00", max_size=40)
FEATURES = st.fixed_dictionaries({name: st.integers(0, 1_000_000) for name in score.FEATURES})


@given(WORDS)
def test_any_text_is_cut_without_error(words: str) -> None:
    found = text.counts(words)
    assert text.unpack(text.pack(found)) == found
    assert all(place < text.DIMENSIONS for place in found)
    concepts.about(words)
    concepts.suggested_categories(words)


def test_a_text_of_a_megabyte_is_cut() -> None:
    assert len(text.grams("ab " * 400_000)) <= 5 * text.TEXT_MAX


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30), WORDS), max_size=60))
def test_what_is_added_and_taken_away_leaves_no_trace(steps: list[tuple[bool, int, str]]) -> None:
    """INT-T2: counts equal those of the texts that are there."""
    corpus, there = text.Corpus(), dict[int, str]()
    for add, id, words in steps:
        if add:
            corpus.add(id, words)
            there[id] = words
        else:
            corpus.remove(id)
            there.pop(id, None)
    anew = text.Corpus()
    for id, words in there.items():
        anew.add(id, words)
    assert (corpus.texts, corpus.df) == (anew.texts, anew.df)


def test_a_thousand_texts_in_random_order_leave_no_trace() -> None:
    """INT-T2, for counts of concepts too; and the counts of two nodes sum to those of both."""
    chance = random.Random(4)
    words = [name for one in concepts.shipped().values() for names in one.names.values() for name in names]
    texts = [(chance.choice("abc"), chance.choice(words)) for _ in range(1_000)]
    one, other, both = concepts.Counted(), concepts.Counted(), concepts.Counted()
    for number, (concept, said) in enumerate(texts):
        (one if number % 2 else other).add(concept, said)
        both.add(concept, said)
    one.include(other)
    assert one.plain() == both.plain()
    chance.shuffle(texts)
    for concept, said in texts:
        both.add(concept, said, -1)
    assert both.plain() == concepts.Counted().plain()


@given(FEATURES)
def test_terms_add_up_to_the_score_and_so_do_the_shown_ones(features: dict[str, int]) -> None:
    """INT-T3, COM-4.12: in billionths exactly, and in points as they are shown."""
    found = score.score(features)
    assert sum(term.billionths for term in found.terms) == found.billionths
    assert sum(term.points for term in found.terms) == found.points <= score.TOTAL
    assert all(abs(term.points * 1_000_000 - term.billionths) < 1_000_000 for term in found.terms)


@given(FEATURES, st.sampled_from(score.FEATURES))
def test_without_its_cause_a_term_takes_exactly_its_part(features: dict[str, int], name: str) -> None:
    """INT-T3."""
    whole, without = score.score(features), score.score({**features, name: 0})
    part = next(term.billionths for term in whole.terms if term.name == name)
    assert whole.billionths - part == without.billionths


def test_nothing_else_goes_into_a_score() -> None:
    """INT-T3, COM-PR.6: features are those of the list, and weights sum to a thousand."""
    assert set(score.FEATURES) == ALLOWED
    assert sum(score.WEIGHTS.values()) == score.TOTAL


def test_the_shipped_concepts_fit_the_shipped_categories_in_both_languages() -> None:
    known = concepts.read_concepts(CONCEPTS, CATEGORIES)
    assert len(known) >= 150
    assert {one.category for one in known.values()} == set(CATEGORIES)


@pytest.mark.parametrize(
    "line", ["a | food | bread", "a | nowhere | bread | pan", "| food | bread | pan", "a | food | | pan"]
)
def test_a_list_with_a_fault_is_refused_with_its_line(line: str) -> None:
    with pytest.raises(Exception, match="Line 2"):
        concepts.read_concepts(f"x | food | cake | pastel\n{line}", CATEGORIES)


SAID = [
    ("Bohrmaschine drill", "Taladro percutor", "drill"),
    ("Who can walk my dog?", "¿Quién saca al perro?", "dog_walking"),
    ("Babysitting on Friday", "Cuidar niños el viernes", "babysitting"),
    ("Help with my tax return", "Ayuda con la declaración de impuestos", "tax"),
    ("Haircut at home", "Corte de pelo en casa", "hair"),
    ("Ride to the doctor on Tuesday", "Llevar al médico el martes", "doctor_ride"),
]


@pytest.mark.parametrize(("english", "spanish", "concept"), SAID)
def test_concepts_bridge_two_languages(english: str, spanish: str, concept: str) -> None:
    """What shares no words is about the same; something else is not."""
    left, right = concepts.about(english), concepts.about(spanish)
    assert next(iter(left)) == next(iter(right)) == concept
    assert concepts.concept_likeness(left, right) > concepts.concept_likeness(
        left, concepts.about("Piano lessons")
    )


def _rows(name: str) -> Iterator[list[str]]:
    with gzip.open(DATA / "melo" / name, "rt", encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def _melo(folder: str) -> tuple[list[str], list[tuple[str, set[int]]]]:
    """Labels in their order, and each query with the places of the labels that answer it."""
    places: dict[str, int] = {}
    labels: list[str] = []
    for id, label in _rows(f"{folder}.corpus_elements.tsv.gz"):
        places[id] = len(labels)
        labels.append(label)
    right: dict[str, set[int]] = {}
    for query, _, label, good in _rows(f"{folder}.annotations.tsv.gz"):
        if good != "0":
            right.setdefault(query, set()).add(places[label])
    return labels, [(said, right.get(id, set())) for id, said in _rows(f"{folder}.queries.tsv.gz")]


def _expected(case: str) -> dict[str, Any]:
    cases = json.loads((DATA / "expected_outcomes.json").read_text(encoding="utf-8"))["cases"]
    return dict(next(one["expect"] for one in cases if one["id"] == case))


def _mrr(ranks: list[int | None]) -> float:
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


FOLDERS = {"en": "usa_q_en_c_en", "fr": "bel_q_fr_c_fr", "es": "esp_q_es_c_es"}


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("language", FOLDERS)
def test_pieces_of_words_find_occupations_as_well_as_the_published_baseline(language: str) -> None:
    """INT-T1, COM-4.12: the mean reciprocal rank on open data; equal labels keep their order."""
    labels, asked = _melo(FOLDERS[language])
    corpus = text.Corpus()
    for place, label in enumerate(labels):
        corpus.add(place, label)
    index = corpus.index()
    mrr = _mrr([text.rank_of([id for id, _ in index.alike(said, 100)], right) for said, right in asked])
    wanted = _expected(f"melo-{language}-char")
    assert (len(asked), len(labels)) == (wanted["queries"], wanted["corpus"])
    if "mrr" in wanted:
        assert mrr == pytest.approx(wanted["mrr"], abs=wanted["tolerance"])
    else:
        assert mrr >= wanted["mrr_min"]


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize("language", FOLDERS)
def test_the_index_of_the_search_box_finds_them_nearly_as_well(language: str) -> None:
    """INT-T1: SQLite's index of three letters, any of them, best first."""
    labels, asked = _melo(FOLDERS[language])
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE labels USING fts5(label, tokenize='trigram')")
    database.executemany("INSERT INTO labels(rowid, label) VALUES (?, ?)", enumerate(labels))
    ranks = []
    for said, right in asked:
        threes = {word[n : n + 3] for word in said.lower().split() for n in range(len(word) - 2)}
        wanted = " OR ".join('"' + three.replace('"', '""') + '"' for three in sorted(threes))
        rows = database.execute(
            "SELECT rowid FROM labels WHERE labels MATCH ? ORDER BY rank, rowid LIMIT 100", (wanted,)
        )
        ranks.append(text.rank_of([row[0] for row in rows], right))
    assert _mrr(ranks) >= _expected(f"melo-{language}-trigram")["mrr_min"]


def test_counts_are_the_same_bytes_on_every_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {7: 1, 300_000: 2}
    ours = text.pack(found)
    monkeypatch.setattr("minga.intelligence.rules.text.sys.byteorder", "big")
    assert text.unpack(text.pack(found)) == found
    assert text.pack(found)[:4] == ours[:4][::-1], "this machine reads its own end first and turns it round"


def test_days_that_end_nowhere_are_common_as_a_whole() -> None:
    asked = score.Days(date(2026, 11, 16), date(2026, 11, 22))
    since = score.Days(date(2026, 11, 1), None)
    assert score.time(since, asked) == 1_000_000
    assert score.time(asked, score.Days(date(2026, 11, 23), None)) is None


def test_an_index_finds_what_is_alike_by_candidates_and_whole() -> None:
    corpus = text.Corpus()
    for id, words in enumerate(("a drill for walls", "a drill for wood", "bread every morning", "a lamp")):
        corpus.add(id, words)
    index = corpus.index()
    for whole in (False, True):
        found = [id for id, _ in index.alike("drill", whole=whole)]
        assert set(found[:2]) == {0, 1}
        assert index.alike("zzzz", whole=whole) == []
    assert len(index.alike("a drill", most=1)) == 1
    assert text.rank_of([3, 1, 0], {0, 1}) == 2
    assert text.rank_of([3], {1}) is None
