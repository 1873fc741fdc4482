"""Whom the browser tests meet, and where: run inside the server's own settings."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from django.core.management import call_command
from django.utils import timezone
from PIL import Image

from accounts.actions.comments import write_comment
from accounts.actions.follows import follow
from accounts.actions.hiding import hide
from accounts.actions.notifications import mark_all_read
from accounts.actions.posts import write_post
from accounts.models import Notification, User
from chat.actions.attachments import attach_file
from chat.actions.memberships import join_room
from chat.actions.messages import delete_message, edit_message, send_message
from chat.actions.moderation import ban_member, mute_member
from chat.actions.reports import report_message, settle_reports
from chat.actions.rooms import create_room
from chat.models import Room

PASSWORD = "parley-demo"
PEOPLE = ("alice", "bob", "carol")
MODERATOR = "admin"
# A room for each test, so that none sees what another left.
ROOMS = (
    "talk",
    "away",
    "reload",
    "refuse",
    "plain",
    "below",
    "past",
    "moderated",
    "managed",
    "returning",
    "texts",
    "reactions",
    "any-emoji",
    "silenced",
    "pins",
    "earlier-texts",
    "links",
    "keyboard",
    "focus",
    "touch",
    "divider",
    "crowd",
    "quotes",
    "files",
    "receipts",
    *("unread", "unread-late"),
    *("drafts", "over", "last", "here", "about", "waits", "left", "keys", "quiet"),
    *("completing", "replying", "sending", "nothing-missed", "hush", "notified", "unknown"),
    "find",
    "fresh",
    "overnight",
    "hidden",
    "announced",
    "mentioned",
    "beside",
    "gone",
    "elsewhere-linked",
    *("counted", "about-away", "asked-back", "promoted", "somebody-else", "pruned"),
)
# Messages that some of the rooms have already.
TALES = {"below": 30, "past": 120, "links": 150, "divider": 3, "find": 120}


def seed() -> None:
    """Fill an empty database file."""
    call_command("migrate", verbosity=0)
    alice, bob, _carol = (User.objects.create_user(name, password=PASSWORD) for name in PEOPLE)
    User.objects.create_superuser(MODERATOR, password=PASSWORD)
    for name in ROOMS:
        room = create_room(owner=alice, name=name)
        join_room(room=room.pk, user=bob)
        send_message(room=room.pk, sender=bob, text=f"Welcome to {name}")
        for number in range(TALES.get(name, 0)):
            send_message(room=room.pk, sender=bob, text=f"Once upon a time {number}")
    crowd = Room.objects.get(slug="crowd")
    for number in range(6):
        join_room(room=crowd.pk, user=User.objects.create_user(f"guest{number}"))
    send_files(Room.objects.get(slug="files"), alice)
    publish(alice, bob, User.objects.get(username="guest0"))
    create_room(owner=alice, name="empty", topic="What nobody has spoken of.")
    elsewhere = create_room(owner=bob, name="elsewhere", topic="Open to everybody.")
    send_message(room=elsewhere.pk, sender=bob, text="Is anybody there?")
    furnish(create_room(owner=alice, name="looked-at", topic="Something of everything"), alice, bob)


def publish(alice: User, bob: User, guest: User) -> None:
    """Two posts with something under them, and what alice was told of it, which she has read."""
    hers = write_post(author=alice, text="## Title\n\n1. one\n2. two\n\n> Quoted @bob")
    code = "```\n" + "a line that is longer than a phone is wide " * 5 + "\n```"
    write_post(author=bob, text=f"See https://example.org/\n\n{code}")
    write_comment(post_id=hers.pk, author=guest, text="Well *said*, @alice")
    odd = write_comment(post_id=hers.pk, author=guest, text="Odd")
    hide(odd, by=User.objects.get(username=MODERATOR), reason="Odd")
    follow(follower=guest, followed=alice)
    mark_all_read(recipient=alice, newest=Notification.objects.latest("pk").pk)


def send_files(room: Room, sender: User) -> None:
    """A picture and a text, in one message."""
    picture, text = BytesIO(), BytesIO(b"tea, cake\n")
    Image.new("RGB", (800, 400), "teal").save(picture, "PNG")
    kept = []
    for name, source in (("tea.png", picture), ("list.txt", text)):
        size = source.tell() or len(source.getvalue())
        source.seek(0)
        kept.append(attach_file(room=room.pk, by=sender, name=name, source=source, size=size).pk)
    send_message(room=room.pk, sender=sender, text="See", attachments=kept)


def furnish(room: Room, alice: User, bob: User) -> None:
    """Put something of every sort into a room, for pages to show."""
    join_room(room=room.pk, user=bob)
    welcome = send_message(room=room.pk, sender=bob, text="Welcome to looked-at")
    kept, spam, gone = (
        send_message(room=room.pk, sender=bob, text=text) for text in ("Odd", "Buy this", "Oops")
    )
    send_message(room=room.pk, sender=alice, text="Words, and `code`, and https://example.org/")
    edit_message(room=room.pk, user=bob, message_id=welcome.pk, text="Welcome to looked-at!")
    delete_message(room=room.pk, user=bob, message_id=gone.pk)
    for message in (kept, spam):
        report_message(room=room.pk, by=alice, message_id=message.pk, reason="Look at this")
    settle_reports(room=room.pk, by=alice, message_id=kept.pk, resolution="Only odd")
    mallory = User.objects.create_user("mallory")
    join_room(room=room.pk, user=mallory)
    ban_member(room=room.pk, by=alice, user=mallory, reason="Sold things")
    until = timezone.now() + timedelta(days=1)
    mute_member(room=room.pk, by=alice, user=bob, until=until, reason="Too loud")
