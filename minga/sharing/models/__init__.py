"""Tables of sharing."""

from minga.sharing.models.asks import Ask as Ask
from minga.sharing.models.categories import Category as Category
from minga.sharing.models.exchanges import Exchange as Exchange
from minga.sharing.models.exchanges import Leg as Leg
from minga.sharing.models.exchanges import PassedOn as PassedOn
from minga.sharing.models.exchanges import SentBack as SentBack
from minga.sharing.models.imports import ImportBatch as ImportBatch
from minga.sharing.models.listings import OWN_TABLES as OWN_TABLES
from minga.sharing.models.listings import Listing as Listing
from minga.sharing.models.listings import ListingHelp as ListingHelp
from minga.sharing.models.listings import ListingItem as ListingItem
from minga.sharing.models.listings import ListingJob as ListingJob
from minga.sharing.models.listings import ListingNamed as ListingNamed
from minga.sharing.models.listings import ListingNumber as ListingNumber
from minga.sharing.models.listings import ListingService as ListingService
from minga.sharing.models.listings import ListingSkill as ListingSkill
from minga.sharing.models.listings import ListingSpace as ListingSpace
from minga.sharing.models.listings import ListingTime as ListingTime
from minga.sharing.models.listings import Photo as Photo
from minga.sharing.models.loans import Loan as Loan
from minga.sharing.models.loans import Renewal as Renewal
from minga.sharing.models.words import FTS as FTS
from minga.sharing.models.words import ListingWords as ListingWords
