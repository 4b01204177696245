"""The trace of tries to sign in: it limits the next ones, and is forgotten after 30 days."""

from datetime import datetime

from sqlalchemy import delete

from minga.identity.commands.sign_ins import NO_BROWSER, Browser
from minga.identity.models import AuthTrace
from minga.identity.rules.sign_ins import TRACE_KEPT
from minga.kit.db import Session
from minga.kit.ids import Id


def trace(
    session: Session,
    kind: str,
    outcome: str,
    *,
    asked_key: str | None = None,
    person_id: Id | None = None,
    browser: Browser = NO_BROWSER,
    request_id: str = "",
    at: datetime,
) -> None:
    """Note a try: `kind` is the means, `outcome` is done, failed or refused."""
    session.add(
        AuthTrace(
            at=at,
            request_id=request_id,
            kind=kind,
            outcome=outcome,
            asked_key=asked_key,
            person_id=person_id,
            prefix=browser.prefix,
            browser=browser.family,
        )
    )


def forget_failures(session: Session, asked_key: str) -> None:
    """Start anew for a name after a sign-in that worked."""
    session.execute(delete(AuthTrace).where(AuthTrace.asked_key == asked_key, AuthTrace.outcome == "failed"))


def forget_old_tries(session: Session, *, at: datetime) -> int:
    """Delete traces older than 30 days; answers how many."""
    gone = session.execute(
        delete(AuthTrace).where(AuthTrace.at < at - TRACE_KEPT).returning(AuthTrace.id)
    ).all()
    return len(gone)
