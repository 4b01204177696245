"""Everything that changes what matching knows. None commits; all of it may run twice."""

from minga.intelligence.commands.choosing import not_useful as not_useful
from minga.intelligence.commands.choosing import switch as switch
from minga.intelligence.commands.indexing import forget_gone as forget_gone
from minga.intelligence.commands.indexing import index_listing as index_listing
from minga.intelligence.commands.matching import look_again as look_again
from minga.intelligence.commands.matching import match_listing as match_listing
from minga.intelligence.commands.rebuilding import rebuild_counts as rebuild_counts
