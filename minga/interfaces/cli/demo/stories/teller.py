"""Says who did what when in the example village, each act in a unit of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from minga.communication import commands as communication
from minga.communities import commands as communities
from minga.identity import Actor
from minga.kit.db import Database, Session
from minga.kit.ids import Id, new_id
from minga.sharing import commands as sharing
from minga.sharing.commands import Wish
from minga.sharing.rules import Content, Direction


@dataclass
class Teller:
    """Who the neighbours are, what stands in their lists, and when now is. `roots` are the communities by name."""

    database: Database
    now: datetime
    valley: Id
    roots: dict[str, Id]
    people: dict[str, Id]
    listings: dict[str, Id]

    def act(
        self, who: str, hours_ago: float, command: Callable[..., Any], /, *given: Any, **named: Any
    ) -> Any:
        """What any command does for somebody at a time, with the rest of what it wants to know."""
        at = self.now - timedelta(hours=hours_ago)
        with self.database.write() as session:
            return command(session, Actor(self.people[who], confirmed_at=at), *given, at=at, **named)

    def rule(self, name: str, second: str, root: str, key: str, value: object, hours_ago: float) -> None:
        """Change a rule of a community; where two have to, the second says yes."""
        asked = self.act(
            name,
            hours_ago,
            communities.set_policy,
            self.roots[root],
            key,
            value,
            urgent=True,
            note="We talked about it on Monday.",
        )
        if asked.answered_at is None:
            self.act(second, hours_ago, communities.agree, asked.id)

    def post(self, name: str, direction: Direction, content: Content, hours_ago: float, root: str = "") -> Id:
        """Something new in the list of Valley, or of another community."""
        made: Id = self.act(
            name, hours_ago, sharing.post, self.roots.get(root, self.valley), direction, content
        ).id
        self.listings[content.title] = made
        return made

    def do(self, name: str, hours_ago: float, act: Callable[[Session, Actor, datetime], Id]) -> Id:
        at = self.now - timedelta(hours=hours_ago)
        with self.database.write() as session:
            return act(session, Actor(self.people[name], confirmed_at=at), at)

    def ask(self, name: str, title: str, hours_ago: float, words: str, **wish: object) -> Id:
        sent = Wish(words=words, **wish)  # type: ignore[arg-type]
        listing = self.listings[title]
        return self.do(
            name, hours_ago, lambda s, who, at: sharing.ask(s, who, listing, sent, form_id=new_id(), at=at).id
        )

    def accept(self, name: str, ask_id: Id, hours_ago: float) -> Id:
        return self.do(name, hours_ago, lambda s, who, at: sharing.accept(s, who, ask_id, at=at).id)

    def lend(self, name: str, exchange_id: Id, hours_ago: float) -> Id:
        def hand_over(session: Session, who: Actor, at: datetime) -> Id:
            sharing.lend(session, who, exchange_id, condition=4, at=at)
            return exchange_id

        return self.do(name, hours_ago, hand_over)

    def write(self, name: str, thread: str, words: str, hours_ago: float) -> Id:
        return self.do(
            name,
            hours_ago,
            lambda s, who, at: communication.post(s, who, thread, words, form_id=new_id(), at=at).id,
        )

    def done(self, name: str, exchange_id: Id, hours_ago: float) -> Id:
        return self.do(name, hours_ago, lambda s, who, at: sharing.done(s, who, exchange_id, at=at).id)
