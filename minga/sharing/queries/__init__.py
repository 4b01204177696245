"""Questions sharing can answer. Each names who asks and reads no more than that one may see."""

from minga.sharing.queries.asks import AskBlock as AskBlock
from minga.sharing.queries.asks import AskView as AskView
from minga.sharing.queries.asks import ask as ask
from minga.sharing.queries.asks import ask_block as ask_block
from minga.sharing.queries.asks import asks_of_listing as asks_of_listing
from minga.sharing.queries.asks import open_asks_of as open_asks_of
from minga.sharing.queries.cards import Card as Card
from minga.sharing.queries.cards import CoverPhoto as CoverPhoto
from minga.sharing.queries.cards import covers as covers
from minga.sharing.queries.cards import listings as listings
from minga.sharing.queries.cards import on_top as on_top
from minga.sharing.queries.exchanges import ExchangeView as ExchangeView
from minga.sharing.queries.exchanges import Happened as Happened
from minga.sharing.queries.exchanges import exchange as exchange
from minga.sharing.queries.exchanges import exchanges as exchanges
from minga.sharing.queries.exchanges import given_and_received as given_and_received
from minga.sharing.queries.exchanges import running_exchanges as running_exchanges
from minga.sharing.queries.steps import ExchangeLine as ExchangeLine
from minga.sharing.queries.steps import LoanView as LoanView
from minga.sharing.queries.steps import Step as Step
