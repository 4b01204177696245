"""Tables of the ledger. What they refuse by themselves lies in `triggers_sqlite` and `triggers_postgresql`."""

from minga.ledger.models import holdings as holdings
from minga.ledger.models.accounts import Account as Account
from minga.ledger.models.accounts import AccountOwner as AccountOwner
from minga.ledger.models.accounts import Balance as Balance
from minga.ledger.models.accounts import LimitChange as LimitChange
from minga.ledger.models.asks import PaymentAsk as PaymentAsk
from minga.ledger.models.books import Book as Book
from minga.ledger.models.books import Period as Period
from minga.ledger.models.books import Unit as Unit
from minga.ledger.models.entries import IS_HELD as IS_HELD
from minga.ledger.models.entries import IS_UNNUMBERED as IS_UNNUMBERED
from minga.ledger.models.entries import Entry as Entry
from minga.ledger.models.entries import EntryLine as EntryLine
from minga.ledger.models.entries import Memo as Memo
from minga.ledger.models.seals import LedgerCheck as LedgerCheck
from minga.ledger.models.seals import LedgerSeal as LedgerSeal
