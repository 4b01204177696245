"""What identity says. Ids and plain values only; names, handles, addresses and numbers never."""

from dataclasses import dataclass
from typing import ClassVar

from minga.identity.rules.data import RequestKind
from minga.identity.rules.fields import Audience as FieldAudience
from minga.identity.rules.invites import Purpose
from minga.identity.rules.sign_ins import Ended, How, Known
from minga.kit.events import Audience, Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class PersonMade(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class OwnerLinkMade(Event):
    audience: ClassVar[Audience] = "operator"
    node_was_owned: bool


@dataclass(frozen=True, kw_only=True)
class NodeOwned(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class OperatorGranted(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class OperatorEnded(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class PersonSuspended(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class PersonUnsuspended(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class InviteMade(Event):
    about: ClassVar[str] = "invite"
    invite_id: Id
    purpose: Purpose
    uses_max: int


@dataclass(frozen=True, kw_only=True)
class InviteRevoked(Event):
    about: ClassVar[str] = "invite"
    invite_id: Id


@dataclass(frozen=True, kw_only=True)
class InviteReissued(Event):
    about: ClassVar[str] = "invite"
    invite_id: Id
    generation: int


@dataclass(frozen=True, kw_only=True)
class InvitesRotated(Event):
    """Every link of the node died at once: the key of all invites changed."""

    audience: ClassVar[Audience] = "operator"
    count: int


@dataclass(frozen=True, kw_only=True)
class InviteUsed(Event):
    about: ClassVar[str] = "invite"
    invite_id: Id
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class MeansChanged(Event):
    """`what` is a word of ours: password, passkey_added, passkey_ended, codes, contacts, word, token_…"""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    person_id: Id
    what: str


@dataclass(frozen=True, kw_only=True)
class SignInStarted(Event):
    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sign_in_id: Id
    how: How


@dataclass(frozen=True, kw_only=True)
class SignInAsked(Event):
    """A sign-in waits for a member's word."""

    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sign_in_id: Id
    approvers_needed: int


@dataclass(frozen=True, kw_only=True)
class NumberShown(Event):
    """An approver opened the number; the number itself stands nowhere."""

    about: ClassVar[str] = "sign_in"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id
    how_known: Known


@dataclass(frozen=True, kw_only=True)
class NumberRefused(Event):
    """Five wrong numbers: whoever asks has to get a new one."""

    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id


@dataclass(frozen=True, kw_only=True)
class SignInApproved(Event):
    about: ClassVar[str] = "sign_in"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id
    approver_id: Id | None
    how_known: Known | None
    number: bool = True
    by_uid: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignInDenied(Event):
    about: ClassVar[str] = "sign_in"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id
    approver_id: Id | None
    by_uid: int | None = None


@dataclass(frozen=True, kw_only=True)
class SignInEnded(Event):
    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sign_in_id: Id
    why: Ended


@dataclass(frozen=True, kw_only=True)
class RecoveryStarted(Event):
    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id


@dataclass(frozen=True, kw_only=True)
class RecoveryCompleted(Event):
    about: ClassVar[str] = "sign_in"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    sign_in_id: Id


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    """`fields` are keys of fields, never their values."""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    person_id: Id
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ScopeChanged(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    person_id: Id
    scope: FieldAudience


@dataclass(frozen=True, kw_only=True)
class ContactRead(Event):
    """Somebody opened a folded field; the person finds it in their own log."""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    reader_id: Id
    person_id: Id
    key: str


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    person_id: Id
    purpose: str


@dataclass(frozen=True, kw_only=True)
class ConsentRevoked(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    person_id: Id
    purpose: str


@dataclass(frozen=True, kw_only=True)
class PersonBlocked(Event):
    """Only the blocker reads this: the other is not told."""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    person_id: Id
    blocked: bool


@dataclass(frozen=True, kw_only=True)
class DataAsked(Event):
    """Somebody wants a file of their data, or to be erased."""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    person_id: Id
    kind: RequestKind


@dataclass(frozen=True, kw_only=True)
class DataReady(Event):
    """The file lies behind its link."""

    about: ClassVar[str] = "request"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    request_id: Id
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class ErasureCancelled(Event):
    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "person"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class PersonErased(Event):
    """Who that was is known to nobody any more; whoever holds a copy of the profile lets it go."""

    about: ClassVar[str] = "person"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    person_id: Id


@dataclass(frozen=True, kw_only=True)
class IncidentRecorded(Event):
    """Data got out; so many people are concerned."""

    about: ClassVar[str] = "incident"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    incident_id: Id
    people: int


@dataclass(frozen=True, kw_only=True)
class IncidentTold(Event):
    """A person was told of an incident that concerns them."""

    about: ClassVar[str] = "incident"
    audience: ClassVar[Audience] = "operator"
    sensitive: ClassVar[bool] = True
    incident_id: Id
    person_id: Id
