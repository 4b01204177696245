"""A village in which something of nearly every kind stands, so that attacks reach behind the first refusal."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communication.models import Post, Thread
from minga.communities import commands as communities
from minga.communities.models import Application, Community, Membership, Role, Second
from minga.communities.rules import JoiningMode
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.models import Invite, SignIn, Token
from minga.identity.rules.invites import Words
from minga.interfaces.cli.demo import village as demo
from minga.kit.clock import FixedClock
from minga.kit.db import Database, Session
from minga.kit.delivery import Attempt
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Job, JobState
from minga.kit.refs import Ref
from minga.sharing.models import Ask, Exchange, Listing, Loan, Photo

PROFILE = {
    "about": "I mend what is broken.",
    "pronouns": "she/her",
    "area": "Fig street",
    "skills": "Sewing, drilling",
    "phone": "+57 300 1234567",
    "mail": "ana@example.org",
    "address": "Fig street 7",
    "messenger": "ana.example",
}


def furnish(database: Database, clock: FixedClock, words: str = "Come by at six.") -> demo.Village:
    """The village of `minga demo` with invitations, groups, acts that wait, sign-ins and work that failed."""
    village = demo.build(database, clock())
    at, ana = clock(), village.actor("ana", clock())
    with database.write() as session:
        identity.change_profile(
            session, ana, values=PROFILE, audiences=dict.fromkeys(("phone", "address"), "community"), at=at
        )
        _doors(session, village, ana, clock)
        communities.rest(session, village.actor("yara", at), village.valley, reason="Harvest", at=at)
        drill = village.listings["Cordless drill with two batteries"]
        _photo(session, drill, clock)
        exchange = session.scalars(select(Exchange).order_by(Exchange.id)).first()
        assert exchange is not None
        giver, about = Actor(exchange.provider_id), str(Ref("exchange", exchange.id))
        communication.post(session, giver, about, words, form_id=new_id(), at=at)
        _work(session, clock)
    return village


def _doors(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """What lets people in: invitations, applications, tokens, sign-ins that wait, acts that need a second person."""
    at = clock()
    communities.invite(
        session,
        ana,
        village.valley,
        communities.InviteTerms(for_whom="Somebody new", uses_max=3),
        words=Words(
            greeting="Hello", gratitude="Thank you", support="We help", examples=("a drill",), fun="We sing"
        ),
        at=at,
    )
    garden = communities.found_subgroup(
        session, ana, village.valley, name="Garden", purpose="To dig", mode=JoiningMode.ASKED, at=at
    )
    communities.apply(session, village.actor("bruno", at), garden.id, words="I like to dig.", at=at)
    communities.set_policy(session, ana, village.valley, "joining.trial_days", 10, note="Longer", at=at)
    communities.make_role(
        session,
        ana,
        village.valley,
        communities.RoleShape(name="Librarian", purpose="Keeps books", duties=("Lend",)),
        at=at,
    )
    identity.make_token(session, ana, name="Notebook", scopes=["read"], days=20, at=at)
    identity.ask_for_word(
        session, "dara", line="It is me, Dara", asked_key="k", browser=Browser(family="Firefox"), at=at
    )


def _photo(session: Session, listing_id: Id, clock: FixedClock) -> None:
    blob = "0" * 64
    session.add(
        Photo(
            id=new_id(),
            listing_id=listing_id,
            n=1,
            blob=blob,
            small=blob,
            alt="A drill",
            width=4,
            height=3,
            made_at=clock(),
        )
    )


def _work(session: Session, clock: FixedClock) -> None:
    """A job and a reaction that were given up."""
    at = clock()
    session.add(
        Job(
            lane="fast", name="some.work", args={}, run_at=at, state=JobState.DEAD, error="It broke.", tries=5
        )
    )
    session.add(
        Attempt(
            event_id=_first(session, EventRow.id),
            reaction="some.reaction",
            tries=9,
            next_at=at + timedelta(hours=1),
            error="It broke.",
            dead_at=at,
        )
    )


def _first(session: Session, column: object) -> Id:
    found: Id = session.scalars(select(column).limit(1)).one()  # type: ignore[call-overload]
    return found


IDS: dict[str, Any] = {
    "listings": Listing.id,
    "asks": Ask.id,
    "exchanges": Exchange.id,
    "loans": Loan.leg_id,
    "threads": Thread.id,
    "posts": Post.id,
    "invites": Invite.id,
    "applications": Application.id,
    "memberships": Membership.id,
    "roles": Role.id,
    "seconds": Second.id,
    "tokens": Token.id,
    "sign-ins": SignIn.id,
    "jobs": Job.id,
}


def names_in(session: Session, path: str, skipping: frozenset[Id] = frozenset()) -> Mapping[str, str]:
    """What to put for the names in an address, so that it leads to something that exists."""
    names = {"c": "valley", "handle": "bruno", "key": "joining.way", "n": "1", "size": "96"}
    if "/fields/" in path:
        names["key"] = "phone"
    before, _, _ = path.partition("/{id}")
    column = IDS.get(before.rsplit("/", 1)[-1])
    if column is not None:
        ids = session.scalars(select(column).order_by(column.desc()).limit(3)).all()
        names["id"] = next((one for one in ids if one not in skipping), new_id())
    return names


__all__ = ["Community", "furnish", "names_in"]
