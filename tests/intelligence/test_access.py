"""A suggestion that does not exist is answered as one that is somebody else's."""

import pytest

from minga.intelligence.access import suggestion_of
from minga.kit.errors import NotFound, NotSignedIn
from minga.kit.ids import new_id
from tests.village import NOBODY, Village


def test_a_suggestion_that_is_not_there_is_not_found(village: Village) -> None:
    with village.database.read() as session:
        with pytest.raises(NotSignedIn):
            suggestion_of(session, NOBODY, new_id(), at=village.clock())
        with pytest.raises(NotFound):
            suggestion_of(session, village.ana, new_id(), at=village.clock())
