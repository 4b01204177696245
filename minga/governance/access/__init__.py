"""Who reads and changes proposals and polls: members of their community, and whoever is on a poll's roll."""

from minga.governance.access.capabilities import DISCUSS as DISCUSS
from minga.governance.access.capabilities import ENTER_PAPER as ENTER_PAPER
from minga.governance.access.capabilities import LEND as LEND
from minga.governance.access.capabilities import MAKE as MAKE
from minga.governance.access.capabilities import OPEN as OPEN
from minga.governance.access.capabilities import RECORD as RECORD
from minga.governance.access.capabilities import SEE as SEE
from minga.governance.access.capabilities import VOTE as VOTE
from minga.governance.access.polls import challenge_to_see as challenge_to_see
from minga.governance.access.polls import objection_to_see as objection_to_see
from minga.governance.access.polls import on_roll as on_roll
from minga.governance.access.polls import poll_to_change as poll_to_change
from minga.governance.access.polls import poll_to_see as poll_to_see
from minga.governance.access.polls import polls_visible_to as polls_visible_to
from minga.governance.access.polls import voter_of as voter_of
from minga.governance.access.polls import voters_of as voters_of
from minga.governance.access.proposals import amendment_to_see as amendment_to_see
from minga.governance.access.proposals import decision_to_see as decision_to_see
from minga.governance.access.proposals import effect_to_see as effect_to_see
from minga.governance.access.proposals import is_proposer as is_proposer
from minga.governance.access.proposals import proposal_to_change as proposal_to_change
from minga.governance.access.proposals import proposal_to_edit as proposal_to_edit
from minga.governance.access.proposals import proposal_to_see as proposal_to_see
from minga.governance.access.proposals import visible_to as visible_to
