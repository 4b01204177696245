"""Where things are: named places of a community, the grid cells that lists compare, and exact points apart from all else."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, enum_column, foreign_id, id_column, text_column
from minga.sharing.rules.places import Precision

_LIVE = text("retired_at IS NULL")
_ON_EARTH = "lat BETWEEN -90000000 AND 90000000 AND lon BETWEEN -180000000 AND 180000000"


class Place(Base):
    """A place that members know by name: the market, the library, Block C. It may have a point on the map."""

    __tablename__ = "place"
    __table_args__ = (
        Index(
            "uq_place_name",
            "community_id",
            "name_key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="whole_point"),
        CheckConstraint(_ON_EARTH, name="on_earth"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    name: Mapped[str] = text_column(120)
    name_key: Mapped[str] = text_column(240)
    lat: Mapped[int | None]
    lon: Mapped[int | None]
    made_by_id: Mapped[str | None] = foreign_id("person.id")
    made_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class ListingCell(Base):
    """The cell of the grid in which a listing is, by its middle; all that anybody but its owner learns."""

    __tablename__ = "listing_cell"
    __table_args__ = (
        Index("ix_listing_cell_lat", "lat", "lon", "listing_id"),
        Index("ix_listing_cell_place", "place_id", "listing_id"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="whole_cell"),
        CheckConstraint("lat IS NOT NULL OR place_id IS NOT NULL", name="somewhere"),
        CheckConstraint(_ON_EARTH, name="on_earth"),
    )

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    place_id: Mapped[str | None] = foreign_id("place.id")
    precision: Mapped[Precision] = enum_column(Precision)
    lat: Mapped[int | None]
    lon: Mapped[int | None]


class ListingPoint(Base):
    """The exact point of a listing, where its owner said so. Read through `access.exact_point` only."""

    __tablename__ = "listing_point"
    __table_args__ = (CheckConstraint(_ON_EARTH, name="on_earth"),)

    listing_id: Mapped[str] = foreign_id("listing.id", primary_key=True)
    lat: Mapped[int]
    lon: Mapped[int]


class PersonCell(Base):
    """Where somebody is, for finding what is near them: a cell, never a point, and for nobody else."""

    __tablename__ = "person_cell"
    __table_args__ = (CheckConstraint(_ON_EARTH, name="on_earth"),)

    person_id: Mapped[str] = foreign_id("person.id", primary_key=True)
    precision: Mapped[Precision] = enum_column(Precision)
    lat: Mapped[int]
    lon: Mapped[int]
    lon_metres: Mapped[int] = mapped_column(server_default=text("111195"))
    """Thousandths of a metre of a thousandth of a degree along this parallel, for sums of distances in the database."""
    changed_at: Mapped[datetime] = mapped_column(Instant)
