"""The questions about pools under one name, for interfaces; and what of them waits for somebody."""

from minga.sharing.queries.pool_needs import waits_in_pools as waits_in_pools
from minga.sharing.queries.pool_records import Next as Next
from minga.sharing.queries.pool_records import Report as Report
from minga.sharing.queries.pool_records import next_recipient as next_recipient
from minga.sharing.queries.pool_records import record as record
from minga.sharing.queries.pool_records import report as report
from minga.sharing.queries.pool_rounds import ClaimView as ClaimView
from minga.sharing.queries.pool_rounds import DeskLine as DeskLine
from minga.sharing.queries.pool_rounds import RoundView as RoundView
from minga.sharing.queries.pool_rounds import ShareView as ShareView
from minga.sharing.queries.pool_rounds import desk as desk
from minga.sharing.queries.pool_rounds import round_of_share as round_of_share
from minga.sharing.queries.pool_rounds import round_view as round_view
from minga.sharing.queries.pool_times import times_to_come as times_to_come
from minga.sharing.queries.pools import PoolCard as PoolCard
from minga.sharing.queries.pools import PoolView as PoolView
from minga.sharing.queries.pools import pool as pool
from minga.sharing.queries.pools import pools as pools
