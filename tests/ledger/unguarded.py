"""Taking the guards away: the ledger's tables without their triggers, to plant what they would refuse."""

from sqlalchemy import text

from minga.kit.db import Session
from minga.ledger.models.triggers_sqlite import TRIGGERS


def without_triggers(session: Session) -> None:
    """No trigger of the ledger works in this database any more."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        rows = connection.execute(
            text("SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        ).all()
        for name, table in rows:
            if table in TRIGGERS:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    for table in TRIGGERS:
        connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
