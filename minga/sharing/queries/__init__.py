"""Questions sharing can answer. Each names who asks and reads no more than that one may see."""

from minga.sharing.queries.cards import Card as Card
from minga.sharing.queries.cards import CoverPhoto as CoverPhoto
from minga.sharing.queries.cards import covers as covers
from minga.sharing.queries.cards import listings as listings
from minga.sharing.queries.cards import on_top as on_top
