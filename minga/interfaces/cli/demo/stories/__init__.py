"""What happened in the example village, one story for each thing that a community does with minga, oldest first."""

from collections.abc import Callable

from minga.interfaces.cli.demo.stories import (
    deciding,
    federation,
    finding,
    hours,
    kin,
    learning,
    library,
    meetings,
    neighbours,
    partners,
    pools,
    telephone,
    trust,
)
from minga.interfaces.cli.demo.stories.teller import Teller as Teller

STORIES: tuple[Callable[[Teller], None], ...] = (
    partners.tell,
    finding.tell,
    library.tell,
    hours.tell,
    learning.tell,
    pools.tell,
    meetings.tell,
    neighbours.tell,
    telephone.tell,
    trust.tell,
    federation.tell,
    kin.tell,
    deciding.tell,
)
