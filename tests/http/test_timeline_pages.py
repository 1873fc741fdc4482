"""What a room's timeline shows before any script runs."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chat.actions.memberships import end_membership, join_room
from chat.actions.messages import send_message
from chat.actions.receipts import mark_read
from chat.actions.rooms import create_room
from chat.models import Message, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def tea(alice: User, bob: User) -> Room:
    room = create_room(owner=alice, name="Tea Break")
    join_room(room=room.pk, user=bob)
    return room


def page_of(user: User, room: Room, **query: int) -> str:
    client = Client()
    client.force_login(user)
    answer = client.get(f"/rooms/{room.slug}/", query)
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[: page.index('<form class="composer"')]


def say(room: Room, user: User, *texts: str) -> list[Message]:
    return [send_message(room=room.pk, sender=user, text=text) for text in texts]


def shown(page: str) -> list[str]:
    return re.findall(r'prose"><p>(.*?)</p>', page, re.DOTALL)


def test_links_and_code_are_shown_as_such(alice: User, tea: Room) -> None:
    say(tea, alice, "see https://example.org and `code`")
    page = page_of(alice, tea)
    link = '<a href="https://example.org" rel="noopener">https://example.org</a>'
    assert f"<p>see {link} and <code>code</code></p>" in page


def test_a_line_stands_above_the_first_message_that_is_new(
    alice: User, bob: User, tea: Room
) -> None:
    old, *_ = say(tea, bob, "old", "new", "newer")
    mark_read(room=tea.pk, user=alice, sequence=old.sequence)
    above, below = page_of(alice, tea).split('class="new-line"')
    assert shown(above) == ["old"]
    assert shown(below) == ["new", "newer"]
    assert "2 new messages" in below
    assert 'class="new-line"' not in page_of(bob, tea)


def test_many_who_come_are_told_in_one_line(alice: User, bob: User, tea: Room) -> None:
    say(tea, alice, "Come in")
    for number in range(5):
        join_room(room=tea.pk, user=User.objects.create_user(f"guest{number}"))
    run = re.search(r"<details>.*?</details>", page_of(alice, tea), re.DOTALL)
    assert run
    assert "5 people joined" in run[0]
    assert run[0].count("system-text") == 5

    end_membership(room=tea.pk, user=bob)
    assert "People joined and left 6 times" in page_of(alice, tea)


def test_four_who_come_are_four_lines(alice: User, tea: Room) -> None:
    say(tea, alice, "Come in")
    for number in range(4):
        join_room(room=tea.pk, user=User.objects.create_user(f"guest{number}"))
    assert "<details>" not in page_of(alice, tea)


def test_a_message_can_be_looked_at_in_its_place(alice: User, tea: Room, settings: Any) -> None:
    settings.CHAT_HISTORY_PAGE = 4
    messages = say(tea, alice, *(f"words {number}" for number in range(9)))
    page = page_of(alice, tea, at=messages[4].sequence)
    assert shown(page) == ["words 2", "words 3", "words 4", "words 5"]
    assert f'data-ceiling="{messages[5].sequence}"' in page
    assert f'href="?at={messages[4].sequence}#m{messages[4].pk}"' in page


@pytest.mark.parametrize("beyond", [0, 100])
def test_a_place_near_the_end_is_the_live_room(
    alice: User, tea: Room, settings: Any, beyond: int
) -> None:
    settings.CHAT_HISTORY_PAGE = 4
    messages = say(tea, alice, *(f"words {number}" for number in range(9)))
    page = page_of(alice, tea, at=messages[-1].sequence + beyond)
    assert shown(page)[-1] == "words 8"
    assert "data-ceiling" not in page
