"""How the lines of *Needs you* are said and what their buttons do; the same lines wherever they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request

from minga.interfaces.http import Unit
from minga.interfaces.web.page import voice_of
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator
from minga.kit.refs import NeedGroup, NeedLine, address_of

SHOWN = 7
ICONS = {
    "ask_received": "person",
    "ask_answered": "calendar",
    "hand_over": "loan",
    "promised": "need",
    "due_soon": "time",
    "overdue": "warning",
    "back_to_confirm": "loan",
    "renewal_asked": "refresh",
    "confirm_done": "done",
    "cancel_wished": "close",
    "dispute_step": "talk",
    "application": "person",
    "sign_in_waiting": "key",
    "second_needed": "people",
    "community_closes": "careful",
    "stewards_away": "people",
    "keeping_left": "person",
    "merge_asked": "people",
    "keeping_offered": "person",
    "household_asked": "home",
    "letters": "letter",
    "report_open": "report",
    "agreement_new": "document",
    "listing_ends": "time",
    "still_true": "offer",
    "listing_pending": "eye",
    "need_unanswered": "urgent",
    "question": "need",
    "intake_waiting": "letter",
    "vouch_renew": "vouch",
    "cut_waits": "tree",
    "cut_undo_waits": "tree",
    "cut_loan": "loan",
    "cut_balance": "hours",
    "poll_open": "vote",
    "reveal_due": "key",
    "challenge_open": "careful",
    "objection_open": "careful",
    "void_asked": "careful",
    "amendment_open": "edit",
    "advice_asked": "talk",
    "co_proposer_asked": "people",
    "decision_overdue": "outcome",
    "effect_failed": "warning",
    "review_due": "calendar",
}


@dataclass(frozen=True)
class Shown:
    """A line as the template shows it; `more` other ones of its kind stand behind it."""

    kind: str
    title: str
    why: str
    icon: str
    tone: str
    acts: tuple[Mapping[str, Any], ...]
    page: str | None
    due: str
    later: str
    more: int
    community: str


@dataclass(frozen=True)
class Lines:
    """One reader's way of saying what waits for them."""

    voice: Translator
    formats: Formats
    now: datetime
    communities: Mapping[str, str]

    @classmethod
    def of(cls, request: Request, unit: Unit, communities: Mapping[str, str]) -> "Lines":
        """`communities` names those of the reader; with only one, its name is not repeated on each line."""
        voice = voice_of(request, unit)
        zone = unit.me.zone if unit.me else "UTC"
        named = communities if len(communities) > 1 else {}
        return cls(voice, Formats(voice.language.tag, zone, voice), unit.now, named)

    def shown(self, one: NeedLine | NeedGroup) -> Shown:
        """A line, or the first of a group with how many more there are."""
        line, more = (one.first, one.more) if isinstance(one, NeedGroup) else (one, 0)
        late = line.overdue(self.now)
        facts = {name: self._word(value) for name, value in line.facts.items()}
        title = str(self.voice.said(line.title, **facts))
        return Shown(
            kind=line.kind,
            title=title,
            why=str(self.voice.said(line.why, **facts)) if line.why else "",
            icon=ICONS.get(line.kind, "done"),
            tone="rose" if late else "sun" if line.due_at else "",
            acts=tuple(self._act(act) for act in line.acts),
            page=address_of(line.ref),
            due=self._until(line.due_at, title) if line.due_at and not late else "",
            later=f"/needs/later?kind={line.kind}&ref={line.ref}" if line.weight < 3 else "",
            more=more,
            community=self.communities.get(line.community_id or "", ""),
        )

    def _until(self, due: datetime, title: str) -> str:
        """Up to when, unless the title has said it; midnight is the end of the day before."""
        here = due.astimezone(self.formats.zone)
        today = self.now.astimezone(self.formats.zone).date()
        if here.time() == time.min:
            when = self.formats.day(here.date() - timedelta(days=1), today)
        else:
            when = self.formats.moment(due, self.now)
        return "" if when in title else str(self.voice.said(N_("until {when}"), when=when))

    def _word(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.formats.moment(value, self.now)
        if isinstance(value, date):
            return self.formats.day(value, self.now.astimezone(self.formats.zone).date())
        return value

    def _act(self, act: Any) -> Mapping[str, Any]:
        return {
            "label": str(self.voice.said(act.label)),
            "address": act.address,
            "fields": dict(act.fields),
            "method": "post" if act.command else "get",
        }
