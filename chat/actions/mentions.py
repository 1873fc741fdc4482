"""Who is mentioned: kept in step with the texts, in the transaction that writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models.functions import Upper

from accounts.models import User
from chat.models import Membership, Mention, Message
from chat.texts import mentions_in

# Names that one message can mention. Who names more means everybody, and rings at nobody.
NAMES_LIMIT = 50

# The names that a text may mention, as `mentions_in` gives them.
Names = Sequence[Sequence[str]]


def note(messages: Iterable[Message]) -> None:
    """Store whom `messages`, new and stored, mention, and let the frames of these show it.

    Two queries, or none where there is no `@`.
    """
    named = [(message, names) for message in messages if (names := _names_in(message.text))]
    members = _members(named)
    for message, names in named:
        message.shown_mentions = [
            _mention(message, user) for user in _meant(message, names, members)
        ]
    Mention.objects.bulk_create(
        mention for message, _ in named for mention in message.shown_mentions
    )


def renew(message: Message, *, before: str) -> None:
    """Let the mentions of `message`, whose text was another `before`, be those of its text.

    Four queries, or none where neither text has an `@`.
    """
    names = _names_in(message.text)
    if not names and "@" not in before:
        return
    meant = _meant(message, names, _members([(message, names)]))
    gone = Mention.objects.filter(message=message).exclude(user__in=meant)
    gone.delete()
    known = set(Mention.objects.filter(message=message).values_list("user_id", flat=True))
    Mention.objects.bulk_create(_mention(message, user) for user in meant if user.pk not in known)


def _names_in(text: str) -> Names:
    if "@" not in text:
        return []
    names = list(mentions_in(text))
    return names if sum(map(len, names)) <= NAMES_LIMIT else []


def _members(named: Sequence[tuple[Message, Names]]) -> dict[tuple[int, str], User]:
    """The members whom these messages may mean, by room and name in small letters."""
    names = {name.upper() for _, found in named for readings in found for name in readings}
    if not names:
        return {}
    found = Membership.objects.annotate(called=Upper("user__username")).filter(
        room__in={message.room_id for message, _ in named},
        called__in=names,
        user__is_active=True,
    )
    return {
        (member.room_id, member.user.username.lower()): member.user
        for member in found.select_related("user")
    }


def _meant(message: Message, names: Names, members: dict[tuple[int, str], User]) -> list[User]:
    """Whom the message mentions, in order, each once; nobody is mentioned by themselves."""
    meant: dict[int, User] = {}
    for readings in names:
        found = (members.get((message.room_id, name)) for name in readings)
        user = next(filter(None, found), None)
        if user is not None and user.pk != message.sender_id:
            meant.setdefault(user.pk, user)
    return list(meant.values())


def _mention(message: Message, user: User) -> Mention:
    return Mention(message=message, user=user, room_id=message.room_id, sequence=message.sequence)
