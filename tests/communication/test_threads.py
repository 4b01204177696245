"""Conversations: who reads, who writes, what is kept, and what is counted."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from minga.communication import commands, queries
from minga.communication.models import Post, Thread, ThreadMember
from minga.communication.queries import waiting
from minga.communication.rules import check_rate
from minga.identity import Actor
from minga.identity.models import Block
from minga.kit.db import count_statements
from minga.kit.errors import Conflict, Forbidden, Invalid, NotFound, NotSignedIn, TooMany
from minga.kit.ids import Id, new_id
from minga.kit.refs import Ref
from minga.kit.sealed import FieldKey, NotReadable
from minga.sharing import commands as sharing
from minga.sharing.rules import NameShown
from tests.sharing import neighbours
from tests.sharing.neighbours import asked
from tests.village import NOBODY, Village


@pytest.fixture
def about(village: Village) -> Ref:
    """Bruno's ask for Ana's drill."""
    return Ref("ask", asked(village, village.bruno, neighbours.drill(village)).id)


def write(village: Village, who: Actor, thread: str, words: str = "Hello.", form_id: str = "") -> Post:
    with village.database.write() as session:
        return commands.post(session, who, thread, words, form_id=form_id or new_id(), at=village.clock())


def read(village: Village, who: Actor, about: Ref) -> queries.ThreadView:
    with village.database.read() as session:
        return queries.thread(session, who, about, at=village.clock())


def test_only_those_who_take_part_read_and_write(village: Village, about: Ref) -> None:
    post = write(village, village.bruno, str(about))
    for stranger in (village.zoe, village.chidi, village.ivo, NOBODY):
        for act in (
            lambda who=stranger: write(village, who, str(about)),
            lambda who=stranger: write(village, who, post.thread_id),
            lambda who=stranger: read(village, who, about),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises(NotFound), village.database.write() as session:
            commands.remove_post(session, stranger, post.id, at=village.clock())
    with pytest.raises(NotFound):
        write(village, village.bruno, new_id())
    with pytest.raises(NotFound):
        write(village, village.bruno, "ghost:" + new_id())
    with village.database.read() as session, pytest.raises(NotSignedIn):
        queries.my_threads(session, NOBODY)


def test_both_write_into_one_thread_by_either_name(village: Village, about: Ref) -> None:
    first = write(village, village.bruno, str(about), "When can I come?")
    write(village, village.ana, first.thread_id, "After six.")
    assert [post.words for post in read(village, village.ana, about).posts] == [
        "When can I come?",
        "After six.",
    ]
    with village.database.read() as session:
        assert len(session.scalars(select(Thread)).all()) == 1


def test_a_message_sent_twice_stands_once(village: Village, about: Ref) -> None:
    assert len({write(village, village.bruno, str(about), form_id="one").id for _ in range(3)}) == 1


@pytest.mark.parametrize("words", ["", "   \n ", "x" * 4_001])
def test_nothing_and_too_much_is_not_sent(village: Village, about: Ref, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        write(village, village.bruno, str(about), words)
    assert "words" in refused.value.fields


def test_words_lie_sealed_and_open_nowhere_else(village: Village, about: Ref) -> None:
    one, two = (write(village, village.bruno, str(about), f"Under the pot {n}.") for n in (1, 2))
    with village.database.read() as session:
        kept = {post.id: post.sealed for post in session.scalars(select(Post))}
    assert not any("pot" in sealed for sealed in kept.values())
    key = village.database.field_key
    assert isinstance(key, FieldKey)
    assert key.open(kept[one.id], one.id) == "Under the pot 1."
    with pytest.raises(NotReadable):
        key.open(kept[one.id], two.id)


def test_a_message_is_changed_silently_at_first_and_openly_later(village: Village, about: Ref) -> None:
    post = write(village, village.bruno, str(about))

    def change(who: Actor, words: str) -> None:
        with village.database.write() as session:
            commands.change_post(session, who, post.id, words, at=village.clock())

    with pytest.raises(Forbidden, match="Only who wrote it"):
        change(village.ana, "x")
    with pytest.raises(Invalid):
        change(village.bruno, " ")
    change(village.bruno, "Good day.")
    assert read(village, village.ana, about).posts[0].edited is False
    village.clock.forward(minutes=16)
    change(village.bruno, "Good evening.")
    seen = read(village, village.ana, about).posts[0]
    assert (seen.words, seen.edited) == ("Good evening.", True)
    for _ in range(2):
        with village.database.write() as session:
            commands.remove_post(session, village.bruno, post.id, at=village.clock())
    gone = read(village, village.ana, about).posts[0]
    assert (gone.words, gone.removed) == ("", True)
    with pytest.raises(Conflict, match="taken back"):
        change(village.bruno, "Again.")


def test_what_is_unread_is_counted_until_it_is_read(village: Village, about: Ref) -> None:
    for _ in range(3):
        write(village, village.bruno, str(about))
    assert (read(village, village.ana, about).unread, read(village, village.bruno, about).unread) == (3, 0)
    with village.database.write() as session:
        commands.read_thread(session, village.ana, str(about), at=village.clock())
        commands.read_thread(session, village.ana, str(about), at=village.clock())
    assert read(village, village.ana, about).unread == 0
    write(village, village.bruno, str(about))
    with village.database.read() as session:
        [line] = queries.my_threads(session, village.ana).items
    assert (line.unread, line.with_names, line.last_words) == (1, ("Bruno",), "Hello.")


def test_reading_what_nobody_has_written_changes_nothing(village: Village, about: Ref) -> None:
    with village.database.write() as session:
        commands.read_thread(session, village.ana, str(about), at=village.clock())
        assert session.scalars(select(ThreadMember)).all() == []
    assert read(village, village.ana, about).posts == ()


def test_who_is_blocked_or_blocks_writes_no_more(village: Village, about: Ref) -> None:
    write(village, village.bruno, str(about))
    with village.database.write() as session:
        session.add(
            Block(
                blocker_id=village.people["ana"], blocked_id=village.people["bruno"], made_at=village.clock()
            )
        )
    for who in (village.ana, village.bruno):
        with pytest.raises(Forbidden, match="cannot write to each other"):
            write(village, who, str(about))
        assert read(village, who, about).may_write is False


def test_who_is_not_named_yet_writes_without_a_name(village: Village) -> None:
    need = neighbours.groceries(village, name_shown=NameShown.AGREED)
    ask = asked(village, village.bruno, need)
    ref = Ref("ask", ask.id)
    write(village, village.ana, str(ref), "Two bags.")
    assert read(village, village.bruno, ref).posts[0].author_name == ""
    with village.database.read() as session:
        assert queries.my_threads(session, village.bruno).items[0].with_names == ()
    with village.database.write() as session:
        sharing.accept(session, village.ana, ask.id, at=village.clock())
        commands.name_all(session, ref)
    assert read(village, village.bruno, ref).posts[0].author_name == "Ana"


def test_a_flood_is_slowed_down(village: Village, about: Ref) -> None:
    for n in range(20):
        write(village, village.bruno, str(about), f"Hello {n}.")
    with pytest.raises(TooMany) as refused:
        write(village, village.bruno, str(about))
    assert refused.value.retry_after == 60
    village.clock.forward(minutes=1)
    write(village, village.bruno, str(about))
    with pytest.raises(TooMany, match="Go on tomorrow"):
        check_rate(0, 200)


def test_lists_page_on_and_cost_the_same_however_long(village: Village) -> None:
    refs = []
    for _ in range(6):
        refs.append(Ref("ask", asked(village, village.bruno, neighbours.drill(village)).id))
        village.clock.forward(minutes=1)
        write(village, village.bruno, str(refs[-1]))

    def page(after: str | None, limit: int) -> Any:
        with village.database.read() as session:
            return queries.my_threads(session, village.ana, after=after, limit=limit)

    first = page(None, 4)
    second = page(first.next, 4)
    assert [line.ref for line in (*first.items, *second.items)] == refs[::-1]
    assert second.next is None

    def cost(limit: int) -> int:
        with count_statements(village.database) as said:
            page(None, limit)
        return len([one for one in said if one.startswith("SELECT")])

    assert cost(1) == cost(6) == 3


def test_notices_page_on_and_are_marked_as_seen(village: Village, about: Ref) -> None:
    from minga.communication.rules import NoticeClass

    def tell(event: Id) -> Any:
        with village.database.write() as session:
            return commands.notify(
                session,
                village.people["ana"],
                event_id=event,
                notice_class=NoticeClass.TALK,
                ref=about,
                sentence="“{title}” is due on {day}.",
                facts={"title": "Drill", "day": "2026-12-04"},
                community_id=village.valley,
                at=village.clock(),
            )

    events = [new_id() for _ in range(3)]
    assert all(tell(event) for event in events)
    assert tell(events[0]) is None, "told once"
    with village.database.read() as session:
        first = queries.notices(session, village.ana, limit=2)
        second = queries.notices(session, village.ana, after=first.next, limit=2)
        assert len(first.items) + len(second.items) == queries.unseen_notices(session, village.ana) == 3
        assert queries.unseen_notices(session, NOBODY) == 0
        with pytest.raises(NotSignedIn):
            queries.notices(session, NOBODY)
    for who in (NOBODY,):
        with pytest.raises(NotSignedIn), village.database.write() as session:
            commands.see_notices(session, who, at=village.clock())
    with village.database.write() as session:
        commands.see_notices(session, village.ana, at=village.clock() + timedelta(seconds=1))
    with village.database.read() as session:
        assert queries.unseen_notices(session, village.ana) == 0


def test_what_cannot_wait_is_not_put_off(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import UTC

    from minga.kit import refs
    from minga.kit.refs import NeedLine, Needs

    ref = Ref("ask", new_id())
    urgent = Needs()

    def fire(session: Any, actor: Any, /, *, at: Any) -> tuple[NeedLine, ...]:
        return (NeedLine(kind="fire", ref=ref, title="Fire.", since_at=at, weight=3),)

    urgent.register(fire)
    for module in (refs, commands.notices, waiting):
        monkeypatch.setattr(module, "needs", urgent)
    with pytest.raises(Conflict, match="cannot wait"), village.database.write() as session:
        commands.put_off(session, village.ana, "fire", ref, zone=UTC, at=village.clock())
    with pytest.raises(NotSignedIn), village.database.write() as session:
        commands.put_off(session, NOBODY, "fire", ref, zone=UTC, at=village.clock())
    with village.database.read() as session:
        assert [line.kind for line in queries.waiting_for(session, village.ana, at=village.clock())] == [
            "fire"
        ]


def test_two_first_messages_at_once_open_one_thread(village: Village, about: Ref) -> None:
    from tests.sharing.test_races import at_once

    posts = at_once([partial(write, village, who, str(about)) for who in (village.ana, village.bruno)])
    assert len({post.thread_id for post in posts}) == 1
