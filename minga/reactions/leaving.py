"""What follows when somebody takes their data along: they are told where the file is."""

from datetime import datetime

from minga.communication import commands
from minga.communication.rules import NoticeClass
from minga.identity.events import DataReady
from minga.kit.db import Session
from minga.kit.delivery import on
from minga.kit.i18n import N_
from minga.kit.refs import Ref

READY = N_("The file with your data is ready. It lies on your page of data for seven days.")


@on(DataReady, name="identity.tell_of_data")
def tell_of_data(session: Session, event: DataReady, *, at: datetime) -> None:
    commands.notify(
        session,
        event.person_id,
        event_id=event.event_id,
        notice_class=NoticeClass.SECURITY,
        ref=Ref("data_request", event.request_id),
        sentence=READY,
        facts={},
        community_id=None,
        at=at,
    )
