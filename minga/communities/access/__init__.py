"""Who may do what where: the only way to membership checks.

`reach` is the one source; `decisions` asks it about one community, `filters` turns it into SQL for lists, `policies`
says which rule a community has set.
"""

from minga.communities.access import policies as policies
from minga.communities.access.agreements import agreement_to_see as agreement_to_see
from minga.communities.access.closing import closing_to_see as closing_to_see
from minga.communities.access.communities import community_to_read as community_to_read
from minga.communities.access.communities import community_to_see as community_to_see
from minga.communities.access.communities import visible_communities as visible_communities
from minga.communities.access.decisions import explained as explained
from minga.communities.access.decisions import may as may
from minga.communities.access.decisions import require as require
from minga.communities.access.decisions import require_scope as require_scope
from minga.communities.access.decisions import standing_of as standing_of
from minga.communities.access.devices import LockedPlace as LockedPlace
from minga.communities.access.devices import locked_places as locked_places
from minga.communities.access.devices import locks_of as locks_of
from minga.communities.access.doors import community_to_apply as community_to_apply
from minga.communities.access.doors import open_door as open_door
from minga.communities.access.federations import Seen as Seen
from minga.communities.access.federations import answers_for as answers_for
from minga.communities.access.federations import belongs as belongs
from minga.communities.access.federations import federation_to_see as federation_to_see
from minga.communities.access.federations import seat_state as seat_state
from minga.communities.access.federations import seat_to_see as seat_to_see
from minga.communities.access.filters import communities_of as communities_of
from minga.communities.access.filters import communities_where as communities_where
from minga.communities.access.hiding import About as About
from minga.communities.access.hiding import Stub as Stub
from minga.communities.access.hiding import hidden_of as hidden_of
from minga.communities.access.hiding import not_hidden as not_hidden
from minga.communities.access.hiding import reportable as reportable
from minga.communities.access.hiding import reportable_kinds as reportable_kinds
from minga.communities.access.holders import Holder as Holder
from minga.communities.access.holders import holders_of as holders_of
from minga.communities.access.holders import holds as holds
from minga.communities.access.holders import roles_with as roles_with
from minga.communities.access.households import lives_with as lives_with
from minga.communities.access.keeping import Acting as Acting
from minga.communities.access.keeping import acting_for as acting_for
from minga.communities.access.keeping import keeping_to_see as keeping_to_see
from minga.communities.access.places import Place as Place
from minga.communities.access.places import forget as forget
from minga.communities.access.places import place_of as place_of
from minga.communities.access.places import places_of as places_of
from minga.communities.access.reach import anybody as anybody
from minga.communities.access.reach import given as given
from minga.communities.access.reports import report_to_see as report_to_see
from minga.communities.access.rows import application_to_see as application_to_see
from minga.communities.access.rows import grant_to_see as grant_to_see
from minga.communities.access.rows import invite_to_see as invite_to_see
from minga.communities.access.rows import membership_to_see as membership_to_see
from minga.communities.access.rows import role_to_see as role_to_see
from minga.communities.access.rows import second_to_see as second_to_see
from minga.communities.access.sign_ins import recovery_wait_hours as recovery_wait_hours
from minga.communities.access.ties import gifts_to as gifts_to
from minga.communities.access.ties import given_to as given_to
from minga.communities.access.ties import is_sharing as is_sharing
from minga.communities.access.ties import partnership_to_see as partnership_to_see
from minga.communities.rules import register_capability as register_capability
from minga.communities.rules import register_policy as register_policy
