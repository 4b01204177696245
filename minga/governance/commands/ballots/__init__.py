"""Ballots: cast, changed, withdrawn, entered for somebody, on paper, and what becomes of them at the close.

The only writers of ballots. Who casts is a person with a sign-in or a ballot token, never the node itself.
"""

from minga.governance.commands.ballots.casting import Receipt as Receipt
from minga.governance.commands.ballots.casting import cast_ballot as cast_ballot
from minga.governance.commands.ballots.casting import enter_ballot as enter_ballot
from minga.governance.commands.ballots.casting import withdraw_ballot as withdraw_ballot
from minga.governance.commands.ballots.closing import Closed as Closed
from minga.governance.commands.ballots.closing import ballots_at_close as ballots_at_close
from minga.governance.commands.ballots.closing import prepare_ballots as prepare_ballots
from minga.governance.commands.ballots.papers import Compared as Compared
from minga.governance.commands.ballots.papers import add_papers as add_papers
from minga.governance.commands.ballots.papers import close_batch as close_batch
from minga.governance.commands.ballots.papers import discard_batch as discard_batch
from minga.governance.commands.ballots.papers import enter_again as enter_again
from minga.governance.commands.ballots.papers import open_batch as open_batch
from minga.governance.commands.ballots.papers import replace_papers as replace_papers
from minga.governance.commands.ballots.papers import ticks_of as ticks_of
from minga.governance.commands.ballots.presence import check_in as check_in
