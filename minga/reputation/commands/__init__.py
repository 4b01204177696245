"""Everything that changes reputation. Each command: look, decide, write, tell. None commits."""

from minga.reputation.commands.badges import BadgeShape as BadgeShape
from minga.reputation.commands.badges import award_badges as award_badges
from minga.reputation.commands.badges import choose_badge as choose_badge
from minga.reputation.commands.badges import end_badge as end_badge
from minga.reputation.commands.badges import grant_badge as grant_badge
from minga.reputation.commands.badges import make_badge as make_badge
from minga.reputation.commands.connecting import agree_to_connect as agree_to_connect
from minga.reputation.commands.connecting import connect as connect
from minga.reputation.commands.connecting import end_connection as end_connection
from minga.reputation.commands.connecting import hide_connection as hide_connection
from minga.reputation.commands.contests import answer_contest as answer_contest
from minga.reputation.commands.contests import contest as contest
from minga.reputation.commands.contests import restore as restore
from minga.reputation.commands.endorsing import accept_endorsement as accept_endorsement
from minga.reputation.commands.endorsing import end_endorsement as end_endorsement
from minga.reputation.commands.endorsing import end_paper as end_paper
from minga.reputation.commands.endorsing import endorse as endorse
from minga.reputation.commands.endorsing import note_paper as note_paper
from minga.reputation.commands.observing import observe as observe
from minga.reputation.commands.rebuilding import Rebuilt as Rebuilt
from minga.reputation.commands.rebuilding import rebuild as rebuild
from minga.reputation.commands.skills import drop_skill as drop_skill
from minga.reputation.commands.skills import state_skill as state_skill
