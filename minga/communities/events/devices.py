"""What admitting devices tells. Public contract: facts may be added, never renamed."""

from dataclasses import dataclass
from typing import ClassVar

from minga.identity.rules.sign_ins import Known
from minga.kit.events import Event
from minga.kit.ids import Id


@dataclass(frozen=True, kw_only=True)
class DeviceAdmitted(Event):
    """A member gave their word for a device, in a community that asks for it."""

    about: ClassVar[str] = "device"
    sensitive: ClassVar[bool] = True
    device_id: Id
    approver_id: Id
    how_known: Known | None
