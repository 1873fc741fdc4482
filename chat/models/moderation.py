"""What moderators did and why, whom a room shuts out, and what people reported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .messages import Message
from .rooms import Room

REASON_LIMIT = 500


class Ban(models.Model):
    """A person may not come back into a room."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="bans")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bans")
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = (models.UniqueConstraint(fields=("room", "user"), name="one_ban_a_person"),)

    def __str__(self) -> str:
        return f"{self.user} from {self.room}"


class Restraint(models.Model):
    """What binds somebody who left a room, should they come back: a mute, and slow mode's pause.

    Written when a membership ends that is bound, used up by the next one.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    muted_until = models.DateTimeField(null=True, blank=True)
    spoke_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("restraint")
        verbose_name_plural = _("restraints")
        constraints = (
            models.UniqueConstraint(fields=("room", "user"), name="one_restraint_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.user} in {self.room}"


class ModerationAct(models.TextChoices):
    """Everything that stands in the moderation log."""

    DELETE_MESSAGE = "delete_message", _("deleted a message")
    REMOVE = "remove", _("removed")
    BAN = "ban", _("banned")
    UNBAN = "unban", _("lifted the ban of")
    MUTE = "mute", _("muted")
    UNMUTE = "unmute", _("lifted the mute of")
    SET_ROLE = "set_role", _("changed the role of")
    TRANSFER = "transfer", _("handed the room to")
    SLOW_MODE = "slow_mode", _("set slow mode")
    CHANGE_ROOM = "change_room", _("changed the room")
    CLOSE = "close", _("closed the room")
    REOPEN = "reopen", _("reopened the room")
    RESOLVE_REPORT = "resolve_report", _("resolved a report")
    SUSPEND = "suspend", _("suspended")
    REINSTATE = "reinstate", _("reinstated")
    END_SESSIONS = "end_sessions", _("ended all sessions of")
    GIVE_ROLE = "give_role", _("gave a role to")
    RESEND_LINK = "resend_link", _("had the link to confirm an address sent again to")
    SEND_MAIL = "send_mail", _("had a mail sent again")
    READ_PRIVATE = "read_private", _("looked into a private room")


class ModerationEntry(models.Model):
    """One act: who did what to whom, where, and why. Entries are never changed."""

    act = models.CharField(_("act"), max_length=16, choices=ModerationAct.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("by"),
        db_index=False,
    )
    room = models.ForeignKey(
        Room,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="moderation_entries",
        db_index=False,  # this one and the people: the indexes below begin with them
    )
    subject = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("whom"),
        db_index=False,
    )
    # Without a constraint, since pruning removes messages and the log stays.
    message = models.ForeignKey(
        Message, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=REASON_LIMIT, blank=True)
    detail = models.CharField(_("detail"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("moderation entry")
        verbose_name_plural = _("moderation log")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=("act", "created_at"), name="entries_by_act"),
            models.Index(fields=("actor", "created_at"), name="entries_by_actor"),
            models.Index(fields=("subject", "created_at"), name="entries_by_subject"),
            models.Index(fields=("room", "created_at"), name="entries_by_room"),
        )

    def __str__(self) -> str:
        return f"{self.get_act_display()} ({self.pk})"


class Report(models.Model):
    """Somebody asks the moderators to look at a message."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="reports")
    reason = models.CharField(_("reason"), max_length=REASON_LIMIT, blank=True)
    created_at = models.DateTimeField(_("reported"), auto_now_add=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    resolution = models.CharField(_("resolution"), max_length=REASON_LIMIT, blank=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("message", "reporter"), name="one_report_a_person"),
        )
        indexes = (
            models.Index(
                fields=("created_at",), condition=Q(resolved_at=None), name="open_reports"
            ),
            models.Index(fields=("created_at",), name="reports_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.message} by {self.reporter}"
