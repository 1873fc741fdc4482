"""Reports: anybody may ask the moderators to look at a message they can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from chat.errors import ChatError, ErrorCode
from chat.models import Message, MessageKind, ModerationAct, Report

from .authority import require_power
from .changing import changing_room
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import User


def report_message(*, room: int, by: User, message_id: int, reason: str) -> Report:
    """Report a message, once a person: reporting again returns the first report."""
    with changing_room(room) as write:
        write.membership_of(by.pk)
        message = Message.objects.filter(room=write.room, pk=message_id).first()
        if message is None or message.deleted_at or message.kind != MessageKind.TEXT:
            raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "message_id"})
        report, _ = Report.objects.get_or_create(
            message=message, reporter=by, defaults={"reason": reason.strip()[:500]}
        )
        return report


def resolve_report(*, report: int, by: User, resolution: str) -> Report:
    """Note that a report was looked at, and what came of it. Resolving twice changes nothing."""
    found = Report.objects.select_related("message").filter(pk=report).first()
    if found is None:
        raise ChatError(ErrorCode.INVALID_EVENT, details={"field": "report"})
    with changing_room(found.message.room_id) as write:
        require_power(write, by)
        found.refresh_from_db(fields=["resolved_at", "resolved_by", "resolution"])
        if found.resolved_at is None:
            found.resolved_at = timezone.now()
            found.resolved_by = by
            found.resolution = resolution.strip()[:500]
            found.save(update_fields=["resolved_at", "resolved_by", "resolution"])
            log(
                ModerationAct.RESOLVE_REPORT,
                actor=by,
                room=write.room,
                subject=None,
                message=found.message,
                reason=resolution,
            )
        return found
