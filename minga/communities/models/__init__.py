"""Tables of communities."""

from minga.communities.models.communities import Community as Community
from minga.communities.models.communities import Lineage as Lineage
from minga.communities.models.communities import SlugPast as SlugPast
from minga.communities.models.devices import DeviceAdmission as DeviceAdmission
from minga.communities.models.devices import DeviceAsk as DeviceAsk
from minga.communities.models.joining import Answer as Answer
from minga.communities.models.joining import Application as Application
from minga.communities.models.joining import InviteGrant as InviteGrant
from minga.communities.models.memberships import Membership as Membership
from minga.communities.models.memberships import Pause as Pause
from minga.communities.models.policies import Policy as Policy
from minga.communities.models.roles import Role as Role
from minga.communities.models.roles import RoleCapability as RoleCapability
from minga.communities.models.roles import RoleGrant as RoleGrant
from minga.communities.models.seconds import Second as Second
