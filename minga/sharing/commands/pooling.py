"""The verbs of pools under one name, for interfaces and reactions."""

from minga.sharing.commands.pool_accounts import join_households as join_households
from minga.sharing.commands.pool_allocating import allocate as allocate
from minga.sharing.commands.pool_allocating import allocate_due as allocate_due
from minga.sharing.commands.pool_bands import answer_band as answer_band
from minga.sharing.commands.pool_bands import ask_band as ask_band
from minga.sharing.commands.pool_claims import Claiming as Claiming
from minga.sharing.commands.pool_claims import claim as claim
from minga.sharing.commands.pool_claims import enter_claim as enter_claim
from minga.sharing.commands.pool_claims import withdraw_claim as withdraw_claim
from minga.sharing.commands.pool_rounds import cancel_round as cancel_round
from minga.sharing.commands.pool_rounds import close_due as close_due
from minga.sharing.commands.pool_rounds import open_due as open_due
from minga.sharing.commands.pool_rounds import plan_round as plan_round
from minga.sharing.commands.pool_shares import accept_share as accept_share
from minga.sharing.commands.pool_shares import hand_out as hand_out
from minga.sharing.commands.pool_shares import lapse_shares as lapse_shares
from minga.sharing.commands.pool_shares import not_picked_up as not_picked_up
from minga.sharing.commands.pool_shares import refuse_share as refuse_share
from minga.sharing.commands.pool_stock import count_stock as count_stock
from minga.sharing.commands.pool_stock import decline_gift as decline_gift
from minga.sharing.commands.pool_stock import say_gift as say_gift
from minga.sharing.commands.pool_stock import take_gift_in as take_gift_in
from minga.sharing.commands.pools import Founding as Founding
from minga.sharing.commands.pools import end_pool as end_pool
from minga.sharing.commands.pools import found_pool as found_pool
from minga.sharing.commands.pools import set_pool_rule as set_pool_rule
