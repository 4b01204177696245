"""Proposals and polls in the reader's words: kinds, where they stand, how it is counted, who sees what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from minga.governance.rules.kinds import ChallengeKind, Channel, ObjectionEnd, ProposalKind, Results, Secrecy
from minga.governance.rules.sentences import METHODS, Sentence, rule_sentences
from minga.governance.rules.statuses import Status
from minga.interfaces.http import Unit
from minga.interfaces.web.governance.result_parts import ResultView, ResultWords
from minga.interfaces.web.page import voice_of
from minga.kit.formats import Formats
from minga.kit.i18n import N_, Translator

KIND_WORDS: Mapping[ProposalKind, tuple[str, str]] = {
    ProposalKind.POLICY: (N_("A rule of living together"), N_("How something is done here from now on.")),
    ProposalKind.RESOURCE: (N_("Something we own or use"), N_("Buying, giving away, lending what is ours.")),
    ProposalKind.BUDGET: (N_("Money"), N_("Spending a sum for a purpose.")),
    ProposalKind.GOVERNANCE: (N_("How we decide"), N_("A change of the rules of deciding themselves.")),
    ProposalKind.MEMBERSHIP: (N_("Taking somebody in"), N_("Whether somebody becomes a member.")),
    ProposalKind.REMOVAL: (
        N_("Parting from a member"),
        N_("The person concerned is heard and does not vote."),
    ),
    ProposalKind.ELECTION: (N_("An election"), N_("Who takes on a task.")),
    ProposalKind.ADVICE: (
        N_("Asking for advice"),
        N_("Nothing is counted; you decide and answer the advice."),
    ),
}
STATUS_WORDS: Mapping[Status, tuple[str, str]] = {
    Status.DRAFT: (N_("Draft"), "sun"),
    Status.DISCUSSION: (N_("In discussion"), "sky"),
    Status.OPEN: (N_("Open to vote"), "plum"),
    Status.CLOSED: (N_("Closed, is counted"), "sun"),
    Status.PASSED: (N_("Passed"), "leaf"),
    Status.FAILED: (N_("Not passed"), ""),
    Status.UNDECIDED: (N_("Undecided"), "sun"),
    Status.ELECTED: (N_("Decided"), "leaf"),
    Status.ADVISED: (N_("Decided after advice"), "leaf"),
    Status.WITHDRAWN: (N_("Withdrawn"), ""),
    Status.VOID: (N_("Void"), "rose"),
    Status.IMPLEMENTED: (N_("Carried out"), "leaf"),
}
SECRECY_WORDS: Mapping[Secrecy, tuple[str, str]] = {
    Secrecy.OPEN: (N_("Open"), N_("Members see who voted how.")),
    Secrecy.SEALED: (
        N_("Secret"),
        N_(
            "Nobody sees who voted how. Ballots are encrypted until the close and then parted from their names."
        ),
    ),
    Secrecy.DETACHED: (
        N_("Secret from the first moment"),
        N_("Your ballot is stored without your name. It cannot be changed and there is no receipt."),
    ),
}
RESULTS_WORDS: Mapping[Results, str] = {
    Results.LIVE: N_("Everybody sees the count while the poll runs."),
    Results.AFTER_CLOSE: N_("Nobody sees the count before the close."),
}
CHANNEL_WORDS: Mapping[str, str] = {
    Channel.WEB: N_("here"),
    Channel.API: N_("by an app"),
    Channel.PHONE: N_("by telephone"),
    Channel.PAPER: N_("on paper"),
    Channel.HALL: N_("in the hall"),
}
CHALLENGE_WORDS: Mapping[ChallengeKind, str] = {
    ChallengeKind.COUNT: N_("It was counted wrongly"),
    ChallengeKind.ROLL: N_("Somebody was missing on the list, or too many were on it"),
    ChallengeKind.PROCESS: N_("The rules were not kept"),
    ChallengeKind.NOT_ME: N_("A ballot of mine is not from me"),
}
OBJECTION_WORDS: Mapping[ObjectionEnd, str] = {
    ObjectionEnd.INTEGRATED: N_("Taken up in the text"),
    ObjectionEnd.WITHDRAWN: N_("Taken back"),
    ObjectionEnd.NOT_PARAMOUNT: N_("Found not to be grave"),
}
FORMER = N_("a former member")


@dataclass(frozen=True)
class GovernanceWords:
    """One reader's words for the facts of deciding."""

    voice: Translator
    formats: Formats
    now: datetime
    unit: str

    @classmethod
    def of(cls, request: Request, unit: Unit, *, money: str = "EUR") -> "GovernanceWords":
        voice = voice_of(request, unit)
        zone = unit.me.zone if unit.me else "UTC"
        return cls(voice, Formats(voice.language.tag, zone, voice), unit.now, money or "EUR")

    def say(self, text: str, **facts: Any) -> str:
        return str(self.voice.said(text, **facts))

    def sentence(self, one: Sentence) -> str:
        return one.said(self.voice.gettext, self.formats.number)

    def rule(self, config: Mapping[str, Any]) -> str:
        """The rule of a poll or of the charter in a few sentences."""
        return " ".join(self.sentence(one) for one in rule_sentences(config))

    def method(self, method: str) -> str:
        return self.say(METHODS[method]) if method in METHODS else method

    def money(self, minor: int) -> str:
        """A cost; minutes where the poll counts in time."""
        return self.formats.minutes(minor) if self.unit == "TIME" else self.formats.money(minor, self.unit)

    def amount(self, minor: int | None, unit: str) -> str:
        if minor is None:
            return ""
        return self.formats.minutes(minor) if unit == "TIME" else self.formats.money(minor, unit)

    def result(self, result: Mapping[str, Any], names: tuple[str, ...]) -> ResultView:
        return ResultWords(result, names, self.voice, self.formats, self.money).view()


def word_maps() -> dict[str, Any]:
    """What the templates of governance share."""
    return {
        "kind_words": KIND_WORDS,
        "status_words": STATUS_WORDS,
        "secrecy_words": SECRECY_WORDS,
        "results_words": RESULTS_WORDS,
        "channel_words": CHANNEL_WORDS,
        "challenge_words": CHALLENGE_WORDS,
        "objection_words": OBJECTION_WORDS,
        "former": FORMER,
    }
