"""Tables of sharing."""

from minga.sharing.models import holdings as holdings
from minga.sharing.models import pool_holdings as pool_holdings
from minga.sharing.models import pools as pools
from minga.sharing.models import rounds as rounds
from minga.sharing.models.access_needs import AccessConsent as AccessConsent
from minga.sharing.models.access_needs import AccessNeed as AccessNeed
from minga.sharing.models.amounts import AskCounter as AskCounter
from minga.sharing.models.amounts import ExchangeAmount as ExchangeAmount
from minga.sharing.models.asks import Ask as Ask
from minga.sharing.models.categories import Category as Category
from minga.sharing.models.categories import CategoryAlias as CategoryAlias
from minga.sharing.models.categories import CategoryField as CategoryField
from minga.sharing.models.categories import ListingExtra as ListingExtra
from minga.sharing.models.contact_shares import ContactShare as ContactShare
from minga.sharing.models.dispatch import DispatchCase as DispatchCase
from minga.sharing.models.dispatch import DispatchContact as DispatchContact
from minga.sharing.models.dispatch import DispatchQuestion as DispatchQuestion
from minga.sharing.models.dispatch import DispatchRound as DispatchRound
from minga.sharing.models.dispatch import Intake as Intake
from minga.sharing.models.dispatch import NotAsked as NotAsked
from minga.sharing.models.disputes import Dispute as Dispute
from minga.sharing.models.disputes import DisputeEnd as DisputeEnd
from minga.sharing.models.disputes import Mediator as Mediator
from minga.sharing.models.draws import Draw as Draw
from minga.sharing.models.draws import DrawSecret as DrawSecret
from minga.sharing.models.exchanges import Exchange as Exchange
from minga.sharing.models.exchanges import Leg as Leg
from minga.sharing.models.exchanges import PassedOn as PassedOn
from minga.sharing.models.exchanges import SentBack as SentBack
from minga.sharing.models.feedback import Feedback as Feedback
from minga.sharing.models.handovers import Handover as Handover
from minga.sharing.models.handovers import NoShow as NoShow
from minga.sharing.models.holds import Hold as Hold
from minga.sharing.models.imports import ImportBatch as ImportBatch
from minga.sharing.models.lending import Exemption as Exemption
from minga.sharing.models.lending import ListingLending as ListingLending
from minga.sharing.models.lending import LoanDeposit as LoanDeposit
from minga.sharing.models.lending import OutOfUse as OutOfUse
from minga.sharing.models.lessons import Lesson as Lesson
from minga.sharing.models.lessons import LessonPlace as LessonPlace
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
from minga.sharing.models.narrowing import ListingNarrowing as ListingNarrowing
from minga.sharing.models.narrowing import ListingNearness as ListingNearness
from minga.sharing.models.narrowing import ListingWithout as ListingWithout
from minga.sharing.models.places import ListingCell as ListingCell
from minga.sharing.models.places import ListingPoint as ListingPoint
from minga.sharing.models.places import PersonCell as PersonCell
from minga.sharing.models.places import Place as Place
from minga.sharing.models.repeats import ListingRepeat as ListingRepeat
from minga.sharing.models.reservations import Reservation as Reservation
from minga.sharing.models.searches import Feed as Feed
from minga.sharing.models.searches import SavedSearch as SavedSearch
from minga.sharing.models.skills import ListingSkillNamed as ListingSkillNamed
from minga.sharing.models.skills import Skill as Skill
from minga.sharing.models.words import FTS as FTS
from minga.sharing.models.words import PIECES as PIECES
from minga.sharing.models.words import ListingWords as ListingWords

HANGS_ON = (
    ListingWords,
    ListingNamed,
    ListingNarrowing,
    ListingWithout,
    Photo,
    ListingCell,
    ListingPoint,
    ListingExtra,
    ListingSkillNamed,
)
"""What belongs to a listing alone, besides its kind's own row: it is deleted with it."""
