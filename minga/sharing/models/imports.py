"""One reading of a file of listings: how far it came, so that it goes on after an interruption and can be undone."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id, id_column, text_column

_RUNNING = text("finished_at IS NULL AND undone_at IS NULL")


class ImportBatch(Base):
    """Counts are written together with the rows they count; `digest` names the file and how it was read."""

    __tablename__ = "import_batch"
    __table_args__ = (
        Index(
            "uq_import_batch_running",
            "community_id",
            "person_id",
            "digest",
            unique=True,
            sqlite_where=_RUNNING,
            postgresql_where=_RUNNING,
        ),
        CheckConstraint("rows_done + rows_refused <= rows_seen", name="rows_add_up"),
    )

    id: Mapped[str] = id_column()
    community_id: Mapped[str] = foreign_id("community.id")
    person_id: Mapped[str] = foreign_id("person.id")
    name: Mapped[str] = text_column(200)
    digest: Mapped[str] = text_column(64)
    rows_seen: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)
