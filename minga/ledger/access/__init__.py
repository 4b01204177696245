"""The only way to books, accounts and entries: one's own, or all of a book with the right to read it."""

from minga.ledger.access.rows import AccountRow as AccountRow
from minga.ledger.access.rows import account_of as account_of
from minga.ledger.access.rows import account_row as account_row
from minga.ledger.access.rows import account_to_see as account_to_see
from minga.ledger.access.rows import commons_book as commons_book
from minga.ledger.access.rows import entry_to_change as entry_to_change
from minga.ledger.access.rows import entry_to_see as entry_to_see
from minga.ledger.access.rows import reads_book as reads_book
from minga.ledger.access.rows import root_of as root_of
