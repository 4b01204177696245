"""Who sees what is known about somebody: first of all they themselves."""

from minga.reputation.access.facts import RIGHTS as RIGHTS
from minga.reputation.access.facts import Seen as Seen
from minga.reputation.access.facts import fact_to_see as fact_to_see
from minga.reputation.access.facts import facts_of as facts_of
from minga.reputation.access.facts import may_read as may_read
from minga.reputation.access.facts import may_write as may_write
from minga.reputation.access.facts import shown_with as shown_with
from minga.reputation.access.people import ENDORSE as ENDORSE
from minga.reputation.access.people import VERIFY as VERIFY
from minga.reputation.access.people import common_communities as common_communities
from minga.reputation.access.people import connection_of as connection_of
from minga.reputation.access.people import endorsement_of as endorsement_of
from minga.reputation.access.people import invite_branch as invite_branch
from minga.reputation.access.people import person_to_see as person_to_see
from minga.reputation.access.people import proof_of as proof_of
