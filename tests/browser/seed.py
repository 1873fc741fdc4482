"""Whom the browser tests meet, and where: run inside the server's own settings."""

from __future__ import annotations

from django.core.management import call_command

from accounts.models import User
from chat.actions.memberships import join_room
from chat.actions.messages import send_message
from chat.actions.rooms import create_room

PASSWORD = "parley-demo"
PEOPLE = ("alice", "bob")
MODERATOR = "admin"
# A room for each test, so that none sees what another left.
ROOMS = ("talk", "away", "reload", "refuse", "plain", "below", "past", "moderated")
# Messages that some of the rooms have already.
TALES = {"below": 30, "past": 120}


def seed() -> None:
    """Fill an empty database file."""
    call_command("migrate", verbosity=0)
    alice, bob = (User.objects.create_user(name, password=PASSWORD) for name in PEOPLE)
    User.objects.create_superuser(MODERATOR, password=PASSWORD)
    for name in ROOMS:
        room = create_room(owner=alice, name=name)
        join_room(room=room.pk, user=bob)
        send_message(room=room.pk, sender=bob, text=f"Welcome to {name}")
        for number in range(TALES.get(name, 0)):
            send_message(room=room.pk, sender=bob, text=f"Once upon a time {number}")
