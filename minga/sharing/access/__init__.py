"""Who sees and who touches what in sharing: every row handed out passes here."""

from minga.sharing.access.asks import ask_to_answer as ask_to_answer
from minga.sharing.access.asks import ask_to_see as ask_to_see
from minga.sharing.access.asks import asks_of as asks_of
from minga.sharing.access.asks import own_ask as own_ask
from minga.sharing.access.circles import Circle as Circle
from minga.sharing.access.circles import Shape as Shape
from minga.sharing.access.circles import circle_of as circle_of
from minga.sharing.access.circles import circle_of_names as circle_of_names
from minga.sharing.access.circles import names_of as names_of
from minga.sharing.access.circles import shape_of as shape_of
from minga.sharing.access.exchanges import exchange_to_change as exchange_to_change
from minga.sharing.access.exchanges import exchange_to_see as exchange_to_see
from minga.sharing.access.exchanges import exchanges_of as exchanges_of
from minga.sharing.access.exchanges import loan_to_change as loan_to_change
from minga.sharing.access.listings import is_open as is_open
from minga.sharing.access.listings import is_theirs as is_theirs
from minga.sharing.access.listings import listing_to_edit as listing_to_edit
from minga.sharing.access.listings import listing_to_see as listing_to_see
from minga.sharing.access.listings import reaches as reaches
from minga.sharing.access.listings import visible_to as visible_to
