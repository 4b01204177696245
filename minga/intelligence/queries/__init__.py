"""Questions about what fits; each names who asks, and is bounded."""

from minga.intelligence.queries.shown import Fitting as Fitting
from minga.intelligence.queries.shown import fitting as fitting
from minga.intelligence.queries.shown import for_me as for_me
from minga.intelligence.queries.shown import is_on as is_on
from minga.intelligence.queries.shown import suggested_categories as suggested_categories
