"""The vocabulary of the ledger: kinds, units, amounts, drafts of entries, and how it says no. Pure."""

from minga.ledger.rules.amounts import fits as fits
from minga.ledger.rules.amounts import said_amount as said_amount
from minga.ledger.rules.amounts import split as split
from minga.ledger.rules.drafts import Draft as Draft
from minga.ledger.rules.drafts import Line as Line
from minga.ledger.rules.drafts import Transfer as Transfer
from minga.ledger.rules.kinds import AMOUNT_MAX as AMOUNT_MAX
from minga.ledger.rules.kinds import AccountType as AccountType
from minga.ledger.rules.kinds import EntryKind as EntryKind
from minga.ledger.rules.kinds import EntryState as EntryState
from minga.ledger.rules.kinds import LimitKind as LimitKind
from minga.ledger.rules.kinds import OwnerKind as OwnerKind
from minga.ledger.rules.kinds import Purpose as Purpose
from minga.ledger.rules.kinds import UnitKind as UnitKind
from minga.ledger.rules.units import TIME as TIME
from minga.ledger.rules.units import exponent_of as exponent_of
from minga.ledger.rules.units import known as known
