"""Devices that communities know, where their rule asks for a member's word about new ones."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from minga.kit.db import Base, Instant, foreign_id


class DeviceAdmission(Base):
    """A member's word for a device in a community whose rule asks for it (`sign_in.approval = new_device`).

    Devices that were known before the rule began, or when their person came in, are admitted without a row.
    """

    __tablename__ = "device_admission"

    device_id: Mapped[str] = foreign_id("device.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
    sign_in_id: Mapped[str] = foreign_id("sign_in.id")
    approver_id: Mapped[str] = foreign_id("person.id")
    admitted_at: Mapped[datetime] = mapped_column(Instant)


class DeviceAsk(Base):
    """A community whose word somebody asks for a device, by a waiting sign-in that never lives itself."""

    __tablename__ = "device_ask"
    __table_args__ = (Index("ix_device_ask_community", "community_id"),)

    sign_in_id: Mapped[str] = foreign_id("sign_in.id", primary_key=True)
    community_id: Mapped[str] = foreign_id("community.id", primary_key=True)
