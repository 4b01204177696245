"""Tables of identity. Secrets lie in tables of their own, never on rows that templates receive."""

from minga.identity.models.invites import Invite as Invite
from minga.identity.models.invites import InviteKey as InviteKey
from minga.identity.models.invites import InviteUse as InviteUse
from minga.identity.models.invites import InviteWords as InviteWords
from minga.identity.models.means import OwnerLink as OwnerLink
from minga.identity.models.means import Passkey as Passkey
from minga.identity.models.means import Password as Password
from minga.identity.models.means import RecoveryCode as RecoveryCode
from minga.identity.models.means import RecoveryContact as RecoveryContact
from minga.identity.models.means import Token as Token
from minga.identity.models.means import UsedChallenge as UsedChallenge
from minga.identity.models.people import Block as Block
from minga.identity.models.people import Consent as Consent
from minga.identity.models.people import Contact as Contact
from minga.identity.models.people import Detail as Detail
from minga.identity.models.people import FieldAudience as FieldAudience
from minga.identity.models.people import FieldRead as FieldRead
from minga.identity.models.people import HandlePast as HandlePast
from minga.identity.models.people import OperatorGrant as OperatorGrant
from minga.identity.models.people import Person as Person
from minga.identity.models.people import Picture as Picture
from minga.identity.models.sign_ins import AuthTrace as AuthTrace
from minga.identity.models.sign_ins import Device as Device
from minga.identity.models.sign_ins import SignIn as SignIn
from minga.identity.models.sign_ins import SignInApproval as SignInApproval
