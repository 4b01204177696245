"""A village in which something of nearly every kind stands, so that attacks reach behind the first refusal."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from minga.communication import commands as communication
from minga.communities import commands as communities
from minga.communities.models import (
    Application,
    ApplicationAnswer,
    ApplicationNote,
    Hidden,
    Membership,
    Partnership,
    Seat,
    Vouch,
)
from minga.communities.rules import JoiningMode, ties
from minga.communities.rules.agreements import Text
from minga.communities.rules.cutting import Fate
from minga.communities.rules.questions import Asked, QuestionKind
from minga.identity import Actor
from minga.identity import commands as identity
from minga.identity.commands import Browser
from minga.identity.rules.invites import Words
from minga.intelligence import commands as intelligence
from minga.interfaces.cli.demo import village as demo
from minga.interfaces.cli.demo.stories.partners import KINDS
from minga.kit.clock import FixedClock
from minga.kit.db import Database, Session
from minga.kit.delivery import Attempt, deliver
from minga.kit.events import EventRow
from minga.kit.ids import Id, new_id
from minga.kit.jobs import Job, JobState
from minga.kit.refs import Ref
from minga.kit.secrets import Secret
from minga.ledger import commands as ledger
from minga.ledger.models import Entry
from minga.reputation import commands as reputation
from minga.reputation.models import Fact
from minga.sharing import commands as sharing
from minga.sharing.commands import pooling
from minga.sharing.models import (
    Exchange,
    LoanDeposit,
    Photo,
)
from minga.sharing.models.loans import Loan
from minga.sharing.rules import Measure
from minga.sharing.rules.dispatch import ContactKind
from minga.sharing.rules.intake import Written
from minga.sharing.rules.pools import StockWhy
from tests.attacks import governed, voted

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
        governed.decide(session, ana, village.valley, words, at)
        voted.vote(session, ana, village.actor("bruno", at), village.valley, words, at)
        communities.rest(session, village.actor("yara", at), village.valley, reason="Harvest", at=at)
        drill = village.listings["Cordless drill with two batteries"]
        _photo(session, drill, clock)
        exchange = session.scalars(select(Exchange).order_by(Exchange.id)).first()
        assert exchange is not None
        giver, about = Actor(exchange.provider_id), str(Ref("exchange", exchange.id))
        communication.post(session, giver, about, words, form_id=new_id(), at=at)
        sharing.name_place(session, ana, village.valley, name="Market", point="3.45, -76.53", at=at)
        _pool(session, ana, village.valley, clock)
        _work(session, clock)
        _phone(session, village, ana, clock)
        _deposit(session, clock)
        _ended_tie(session, village, ana, clock)
        _kept(session, village, ana, clock)
        _federation(session, village, ana, clock)
        _hours(session, village, ana, words, clock)
        _stopped_closing(session, village, words, clock)
        _leaving(session, village, ana, words, clock)
        _agreed(session, village, ana, words, clock)
        _trust(session, village, ana, clock)
    while deliver(database, clock):
        pass
    with database.write() as session:
        _contested(session, clock)
        assert any(intelligence.match_listing(session, one, at=at) for one in village.listings.values())
        ledger.seal_now(session, Actor.machine(), village.valley, Secret("of the tests"), at=at)
    return village


def _leaving(session: Session, village: demo.Village, ana: Actor, words: str, clock: FixedClock) -> None:
    """Somebody wants their data, a steward the whole community, and whoever runs the node wrote down what got out."""
    at = clock()
    identity.ask_for_own_data(session, ana, at=at)
    given = {"from_at": at, "until_at": at, "known_at": at, "how": words, "done": words, "advice": words}
    tables = ("contact",)
    happened = identity.Happened(**given, tables=tables, files=False, whom=words[:500])  # type: ignore[arg-type]
    ivo = replace(village.actor("ivo", at), operator=True)
    identity.record_incident(session, ivo, happened, at=at)


def _hours(session: Session, village: demo.Village, ana: Actor, words: str, clock: FixedClock) -> None:
    """Words in the books, which nobody can write over afterwards: a memo, why a limit is another, why something was void."""
    at, bruno = clock(), village.people["bruno"]
    thanks = {"entry_id": new_id(), "words": words, "thanks": True}
    ledger.give(session, ana, village.valley, bruno, 10, **thanks, at=at)  # type: ignore[arg-type]
    asked = ledger.Transfer(new_id(), village.valley, str(ana.person_id), bruno, "TIME", 5)
    held = ledger.hold_transfer(session, ana, asked, expires_at=at + timedelta(days=1), at=at)
    ledger.void(session, ana, held.id, words, at=at)
    book = ledger.commons(session, ana, village.valley, at=at)
    account = ledger.member_account(session, ana, book, bruno, "TIME", at=at)
    limits = ledger.Limits(floor=-900, ceiling=900)
    ledger.set_limit(session, ana, account.id, limits, reason=words, decision_ref=words[:64], at=at)


def _agreed(session: Session, village: demo.Village, ana: Actor, words: str, clock: FixedClock) -> None:
    """What is agreed and waits for yeses, questions to applicants with answers and notes, a report, something hidden."""
    at, bruno = clock(), village.actor("bruno", clock())
    texts = [Text("en", "How we treat each other", "1. Be kind to each other.")]
    for n in range(2):
        asked = communities.publish_agreement(
            session, ana, village.valley, "kind", texts, must_accept=False, change=f"{n}", at=at
        )
        if not asked.agreed:
            communities.agree(session, village.actor("chidi", at), asked.id, at=at)
    why = Asked(QuestionKind.SEVERAL, {"en": "Which days?"}, choices={"en": ["Monday", "Friday"]})
    question = communities.add_question(session, ana, village.valley, why, at=at)
    open_ = select(Application).where(Application.answered_at.is_(None), Application.withdrawn_at.is_(None))
    application = session.scalars(open_.limit(1)).one()
    session.add(ApplicationAnswer(application_id=application.id, version_id=question.id, answer="1"))
    for to in (True, False):
        note = {"to_applicant": to, "words": words, "at": at}
        session.add(ApplicationNote(application_id=application.id, by_id=ana.person_id, **note))
    drill = Ref("listing", village.listings["Cordless drill with two batteries"])
    made = communities.report(session, bruno, drill, words=words, clause="No adverts", at=at)
    facts = {"community_id": village.valley, "report_id": made.id, "hidden_at": at, "by_id": ana.person_id}
    session.add(Hidden(kind="listing", about_id=new_id(), clause="No adverts", words=words, **facts))


def _ended_tie(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """A partnership with Hill that was agreed and ended again, and one that is asked for."""
    at, gives = clock(), ties.Gives()
    waits = session.scalars(select(Partnership).where(Partnership.active_at.is_(None))).one()
    zoe = village.actor("zoe", at)
    communities.agree_to_tie(session, zoe, waits.id, gives, known_kinds=KINDS, at=at)
    terms = communities.propose_terms(
        session, ana, waits.id, village.valley, "Bread on Fridays.", notice_days=30, at=at
    )
    communities.agree_to_terms(session, zoe, terms.id, at=at)
    communities.end_tie(session, zoe, waits.id, village.roots["hill"], words="We move away.", at=at)
    communities.propose_tie(
        session, ana, village.valley, "hill", gives, known_kinds=KINDS, words="Again?", at=at
    )


def _stopped_closing(session: Session, village: demo.Village, words: str, clock: FixedClock) -> None:
    """Harbour was to close, and one objection was enough."""
    at, harbour = clock(), village.roots["harbour"]
    farid, gita, jonas = (village.actor(name, at) for name in ("farid", "gita", "jonas"))
    asked = communities.ask_to_close(session, farid, harbour, words=words, at=at)
    communities.agree(session, gita, asked.id, at=at)
    communities.object_to_closing(session, jonas, harbour, words=words, at=at)


def _kept(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """Somebody without a device, whom Ana keeps and who agreed to it; a household, and a list that was looked through."""
    given = communities.Kept(name="Edda", phone="+57 300 600 77 88", address="Fig street 9")
    kept = communities.keep_person(session, ana, village.valley, given, at=clock())
    communities.take_consent(
        session,
        ana,
        kept.id,
        how="paper",
        scopes=["listings"],
        days=90,
        note="In the red folder",
        at=clock(),
    )
    communities.ask_to_merge(session, ana, kept.id, "dara", how="phone", at=clock())
    home = communities.found_household(session, ana, village.valley, "Mill house", at=clock())
    communities.ask_into_household(session, ana, home.id, "bruno", "adult", at=clock())
    communities.add_dependant(session, ana, home.id, "Mia", "2019", at=clock())
    rows = b"name,mail\nRosa,rosa@example.org\nAnn,ann@\n"
    communities.look_through(session, ana, village.valley, "people.csv", rows, at=clock())
    communities.export_members(session, ana, village.valley, "A list for the drill", at=clock())


def _federation(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """A federation of Valley and Hill, with a seat that waits, one that leaves, and who speaks for Valley."""
    at, gives, zoe = clock(), ties.Gives(), village.actor("zoe", clock())
    asked = communities.found_federation(
        session,
        ana,
        village.valley,
        name="Alliance",
        invited=("hill", "harbour"),
        gives=gives,
        scope_words="The river",
        known_kinds=KINDS,
        at=at,
    )
    communities.agree(session, village.actor("chidi", at), asked.id, at=at)
    hill = select(Seat).where(Seat.community_id == village.roots["hill"])
    seat = session.scalars(hill).one()
    seat.words = "Come in."
    communities.accept_seat(session, zoe, seat.id, gives, known_kinds=KINDS, at=at)
    communities.leave_federation(session, zoe, seat.id, words="We rest.", at=at)


def _trust(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """Ana vouches for Bruno, and plans that his membership rests."""
    at, bruno = clock(), village.people["bruno"]
    vouch = {"words": "We sing together.", "named": True, "given_at": at, "until_at": at + timedelta(days=9)}
    session.add(Vouch(community_id=village.valley, from_id=ana.person_id, to_id=bruno, **vouch))
    his = session.scalars(
        select(Membership.id).where(Membership.community_id == village.valley, Membership.person_id == bruno)
    ).one()
    wish = communities.Plan({his: Fate.PAUSE}, "Too many at once.")
    communities.plan_cut(session, ana, village.valley, his, wish, at=at)


def _deposit(session: Session, clock: FixedClock) -> None:
    """Of what was set aside for a loan its lender would like to keep a part."""
    loan = session.scalars(select(Loan).order_by(Loan.leg_id).limit(1)).one()
    entry = session.scalars(select(Entry).order_by(Entry.id).limit(1)).one()
    wish = {"wished_minor": 20, "wished_words": "The chuck is bent.", "held_at": clock()}
    session.add(LoanDeposit(loan_id=loan.leg_id, entry_id=entry.id, unit="TIME", amount_minor=60, **wish))


def _contested(session: Session, clock: FixedClock) -> None:
    """Somebody says *not so* about what the log says of them."""
    fact = session.scalars(select(Fact).where(Fact.other_id.is_not(None)).limit(1)).one()
    reputation.contest(session, Actor(fact.person_id), fact.id, "That was my sister.", at=clock())


def _phone(session: Session, village: demo.Village, ana: Actor, clock: FixedClock) -> None:
    """What those who answer the phone have: a case with a call and a question, and what somebody without account wrote."""
    at = clock()
    given = sharing.TakenIn(caller="Edda", reach="600 77 88 99", what="Groceries", consent=True)
    case = sharing.take_call(session, ana, village.valley, given, at=at)
    sharing.log_contact(session, ana, case.id, ContactKind.CALL, "Rang twice.", at=at)
    bruno = village.actor("bruno", at).person_id
    sharing.ask_people(session, ana, case.id, (str(bruno),), at=at)
    sharing.repeat(session, ana, case.id, "FREQ=WEEKLY", at=at)
    said = Written(what="Milk", caller="Mara", reach="600 99 88 77", place="Block D", consent=True)
    sharing.write_need(session, Actor.nobody(), "valley", said, token="a" * 43, at=at)


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


def _pool(session: Session, ana: Actor, community_id: Id, clock: FixedClock) -> None:
    """A standing queue with something in it, a share that waits, and a gift on its way."""
    at = clock()
    given = pooling.Founding(
        name="Flour", unit=Measure.KG, standing=True, claim_max=9, things={"Bag": 1}, pick_up="At the hall"
    )
    made = pooling.found_pool(session, ana, community_id, given, at=at)
    pooling.count_stock(session, ana, made.id, 4000, StockWhy.GIVEN, at=at)
    pooling.plan_round(session, ana, made.id, closes_at=None, at=at)
    pooling.claim(session, ana, made.id, 1, pooling.Claiming(steps=3, words="For four"), at=at)
    pooling.allocate(session, ana, made.id, 1, at=at)
    pooling.say_gift(session, ana, made.id, 2000, words="One bag", at=at)


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
