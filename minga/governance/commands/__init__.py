"""What is done in governance. None commits."""

from minga.governance import access as access
from minga.governance.commands.ballots import Closed as Closed
from minga.governance.commands.ballots import Compared as Compared
from minga.governance.commands.ballots import Receipt as Receipt
from minga.governance.commands.ballots import add_papers as add_papers
from minga.governance.commands.ballots import ballots_at_close as ballots_at_close
from minga.governance.commands.ballots import cast_ballot as cast_ballot
from minga.governance.commands.ballots import check_in as check_in
from minga.governance.commands.ballots import close_batch as close_batch
from minga.governance.commands.ballots import discard_batch as discard_batch
from minga.governance.commands.ballots import enter_again as enter_again
from minga.governance.commands.ballots import enter_ballot as enter_ballot
from minga.governance.commands.ballots import open_batch as open_batch
from minga.governance.commands.ballots import prepare_ballots as prepare_ballots
from minga.governance.commands.ballots import replace_papers as replace_papers
from minga.governance.commands.ballots import withdraw_ballot as withdraw_ballot
