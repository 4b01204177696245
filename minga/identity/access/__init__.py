"""The only ways to rows of identity: who is asking, and whether they may."""

from minga.identity.access.credentials import Credential as Credential
from minga.identity.access.credentials import asked_key as asked_key
from minga.identity.access.credentials import credential as credential
from minga.identity.access.credentials import failures_of as failures_of
from minga.identity.access.credentials import own_hash as own_hash
from minga.identity.access.shell import actor_by_handle as actor_by_handle
from minga.identity.access.sign_ins import BALLOT_PREFIX as BALLOT_PREFIX
from minga.identity.access.sign_ins import WaitingState as WaitingState
from minga.identity.access.sign_ins import actor_from_ballot_token as actor_from_ballot_token
from minga.identity.access.sign_ins import actor_from_cookie as actor_from_cookie
from minga.identity.access.sign_ins import actor_from_token as actor_from_token
from minga.identity.access.sign_ins import locked_by as locked_by
from minga.identity.access.sign_ins import means_actor as means_actor
from minga.identity.access.sign_ins import waiting_state as waiting_state
