"""Who may do what where: the only way to membership checks.

`reach` is the one source; `decisions` asks it about one community, `filters` turns it into SQL for lists, `policies`
says which rule a community has set.
"""

from minga.communities.access import policies as policies
from minga.communities.access.communities import community_to_read as community_to_read
from minga.communities.access.communities import community_to_see as community_to_see
from minga.communities.access.communities import visible_communities as visible_communities
from minga.communities.access.decisions import explained as explained
from minga.communities.access.decisions import may as may
from minga.communities.access.decisions import require as require
from minga.communities.access.decisions import require_scope as require_scope
from minga.communities.access.decisions import standing_of as standing_of
from minga.communities.access.devices import LockedPlace as LockedPlace
from minga.communities.access.devices import at_the_door as at_the_door
from minga.communities.access.devices import locked_places as locked_places
from minga.communities.access.doors import community_to_apply as community_to_apply
from minga.communities.access.doors import open_door as open_door
from minga.communities.access.filters import communities_of as communities_of
from minga.communities.access.filters import communities_where as communities_where
from minga.communities.access.filters import tied_communities as tied_communities
from minga.communities.access.holders import Holder as Holder
from minga.communities.access.holders import holders_of as holders_of
from minga.communities.access.holders import holds as holds
from minga.communities.access.holders import roles_with as roles_with
from minga.communities.access.places import Place as Place
from minga.communities.access.places import forget as forget
from minga.communities.access.places import place_of as place_of
from minga.communities.access.places import places_of as places_of
from minga.communities.access.reach import anybody as anybody
from minga.communities.access.reach import given as given
from minga.communities.access.rows import application_to_see as application_to_see
from minga.communities.access.rows import grant_to_see as grant_to_see
from minga.communities.access.rows import invite_to_see as invite_to_see
from minga.communities.access.rows import membership_to_see as membership_to_see
from minga.communities.access.rows import role_to_see as role_to_see
from minga.communities.access.rows import second_to_see as second_to_see
from minga.communities.access.sign_ins import recovery_wait_hours as recovery_wait_hours
from minga.communities.rules import register_capability as register_capability
from minga.communities.rules import register_policy as register_policy
