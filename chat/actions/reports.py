"""Reports: anybody may ask the moderators to look at a message they can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from chat.errors import ChatError, ErrorCode
from chat.models import MessageKind, ModerationAct, Report

from .authority import require_power
from .changing import RoomWrite, changing_room
from .messages import delete_message
from .messages.voice import message_to_change
from .moderation import log

if TYPE_CHECKING:
    from accounts.models import User


def report_message(*, room: int, by: User, message_id: int, reason: str) -> Report:
    """Report a message, once a person: reporting again returns the first report."""
    with changing_room(room) as write:
        write.membership_of(by.pk)
        message = message_to_change(write, message_id)
        if message.deleted_at or message.kind != MessageKind.TEXT:
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
            _resolve(write, found, by=by, resolution=resolution)
        return found


def settle_reports(
    *, room: int, by: User, message_id: int, resolution: str, delete: bool = False
) -> int:
    """Resolve every open report of a message together, with `delete` after deleting it; return
    how many there were. Where none was open, nothing is deleted either."""
    with transaction.atomic():
        with changing_room(room) as write:
            require_power(write, by)
            found = list(
                Report.objects.select_related("message").filter(
                    message__room=write.room, message=message_id, resolved_at=None
                )
            )
            for report in found:
                _resolve(write, report, by=by, resolution=resolution)
        if found and delete:
            delete_message(room=room, user=by, message_id=message_id, reason=resolution)
    return len(found)


def _resolve(write: RoomWrite, report: Report, *, by: User, resolution: str) -> None:
    report.resolved_at = timezone.now()
    report.resolved_by = by
    report.resolution = resolution.strip()[:500]
    report.save(update_fields=["resolved_at", "resolved_by", "resolution"])
    log(
        ModerationAct.RESOLVE_REPORT,
        actor=by,
        room=write.room,
        subject=None,
        message=report.message,
        reason=resolution,
    )
