"""Tables of reputation."""

from minga.reputation.models import holdings as holdings
from minga.reputation.models.badges import Badge as Badge
from minga.reputation.models.badges import BadgeEarned as BadgeEarned
from minga.reputation.models.facts import Contest as Contest
from minga.reputation.models.facts import ContributionMonth as ContributionMonth
from minga.reputation.models.facts import Fact as Fact
from minga.reputation.models.people import Endorsement as Endorsement
from minga.reputation.models.people import PersonSkill as PersonSkill
from minga.reputation.models.people import SkillMark as SkillMark
from minga.reputation.models.people import SkillProof as SkillProof
