"""The vocabulary of communities and what follows from it: capabilities, standing, roles, policies, names. Pure."""

from minga.communities.rules.capabilities import CAPABILITIES as CAPABILITIES
from minga.communities.rules.capabilities import Capability as Capability
from minga.communities.rules.capabilities import capability as capability
from minga.communities.rules.capabilities import register_capability as register_capability
from minga.communities.rules.capabilities import scopes_allow as scopes_allow
from minga.communities.rules.capabilities import scopes_reach as scopes_reach
from minga.communities.rules.decisions import Decision as Decision
from minga.communities.rules.policies import POLICIES as POLICIES
from minga.communities.rules.policies import Choice as Choice
from minga.communities.rules.policies import PolicyKind as PolicyKind
from minga.communities.rules.policies import Whole as Whole
from minga.communities.rules.policies import YesNo as YesNo
from minga.communities.rules.policies import effective as effective
from minga.communities.rules.policies import policy_kind as policy_kind
from minga.communities.rules.policies import register_policy as register_policy
from minga.communities.rules.standing import CameBy as CameBy
from minga.communities.rules.standing import EndedWhy as EndedWhy
from minga.communities.rules.standing import JoiningMode as JoiningMode
from minga.communities.rules.standing import Standing as Standing
