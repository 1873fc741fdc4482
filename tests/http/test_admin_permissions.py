"""Who of the staff may see and change what in the admin."""

from typing import Any

import pytest
from django.test import Client

from accounts.actions.roles import give_role
from accounts.admin.people import PersonAdmin
from accounts.models import User
from chat.actions.messages import send_message
from chat.actions.moderation import ban_member, close_room
from chat.actions.reports import report_message
from chat.models import Ban, Membership, ModerationEntry, Room
from tests.factories import make_user
from tests.http.administering import EVERY_LIST, browser_of, list_address, make_staff, page_address

pytestmark = pytest.mark.django_db

PERMISSIONS = {
    "accounts_user": "accounts.view_user",
    "auth_group": "auth.view_group",
    "account_emailaddress": "account.view_emailaddress",
    "accounts_post": "accounts.view_post",
    "accounts_comment": "accounts.view_comment",
    "accounts_follow": "accounts.view_follow",
    "accounts_notification": "accounts.view_notification",
    "accounts_mail": "accounts.view_mail",
    "chat_room": "chat.view_room",
    "chat_membership": "chat.view_membership",
    "chat_ban": "chat.view_ban",
    "chat_invitelink": "chat.view_invitelink",
    "chat_message": "chat.view_message",
    "chat_report": "chat.view_report",
    "chat_moderationentry": "chat.view_moderationentry",
    "chat_liveperson": "chat.view_liveperson",
}


@pytest.fixture
def rows(alice: User, bob: User, room: Room) -> dict[str, Any]:
    """A row of every kind."""
    message = send_message(room=room.pk, sender=bob, text="Hello")
    report = report_message(room=room.pk, by=alice, message_id=message.pk, reason="")
    ban_member(room=room.pk, by=alice, user=make_user("eve"), reason="")
    return {
        "accounts_user": bob,
        "chat_room": room,
        "chat_membership": Membership.objects.first(),
        "chat_ban": Ban.objects.get(),
        "chat_message": message,
        "chat_report": report,
        "chat_moderationentry": ModerationEntry.objects.first(),
    }


@pytest.mark.parametrize("model", EVERY_LIST)
def test_a_permission_opens_its_list_and_no_other(model: str, rows: dict[str, Any]) -> None:
    client = browser_of(make_staff("looker", PERMISSIONS[model]))
    seen = {other for other in EVERY_LIST if client.get(list_address(other)).status_code == 200}
    assert seen == {model}
    pages = {name for name, row in rows.items() if client.get(page_address(row)).status_code == 200}
    assert pages == {model} & rows.keys()
    index = client.get("/admin/").content.decode()
    assert {other for other in EVERY_LIST if f'href="{list_address(other)}"' in index} == {model}


def test_an_administrator_finds_every_list(alice: User) -> None:
    give_role(user=alice, role="administrator")
    client = browser_of(User.objects.get(pk=alice.pk))
    assert {
        name for name in EVERY_LIST if client.get(list_address(name)).status_code != 200
    } == set()


@pytest.mark.parametrize("model", EVERY_LIST)
def test_people_who_are_not_staff_find_no_admin(model: str, bob: User, client: Client) -> None:
    for browser in (client, browser_of(bob)):
        answer = browser.get(list_address(model))
        assert answer.status_code in (302, 403)


def test_what_waits_is_told_to_those_who_may_see_it(rows: dict[str, Any]) -> None:
    page = browser_of(make_staff("nobody")).get("/admin/").content.decode()
    assert "open" not in page.split("<main")[1].split("</main>")[0]


def test_permissions_to_change_and_delete_open_nothing_that_an_action_does(
    rows: dict[str, Any],
) -> None:
    every = [
        f"chat.{verb}_{kind}"
        for kind in ("room", "membership", "ban", "message", "report", "moderationentry")
        for verb in ("add", "change", "delete", "view")
    ]
    client = browser_of(make_staff("eager", *every, "accounts.delete_user", "accounts.view_user"))
    for name, row in rows.items():
        sent = {"reason": "x", "name": "x", "text": "x", "role": "owner", "post": "yes"}
        assert client.post(page_address(row), sent).status_code == 403, name
        delete = page_address(row).replace("change", "delete")
        assert client.post(delete, sent).status_code == 403, name
        if name != "accounts_user":
            assert client.get(f"{list_address(name)}add/").status_code == 403, name
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        client.post(list_address(name), chosen)
        assert type(row).objects.filter(pk=row.pk).exists()


def test_the_door_for_typing_is_closed_to_those_who_may_not_see_the_list(room: Room) -> None:
    asked = {"app_label": "chat", "model_name": "message", "field_name": "sender", "term": "b"}
    client = browser_of(make_staff("looker", "chat.view_message"))
    assert client.get("/admin/autocomplete/", asked).status_code == 403
    page = client.get(list_address("chat_message")).content.decode()
    assert "admin-autocomplete" not in page


# Rooms


@pytest.fixture
def keeper() -> Client:
    """Staff who may change rooms."""
    return browser_of(
        make_staff("keeper", "chat.moderate_rooms", "chat.change_room", "chat.view_room")
    )


def settings_of(room: Room, **changed: Any) -> dict[str, Any]:
    return {"name": room.name, "topic": "", "history_limit": "", "slow_mode": 0, **changed}


def test_a_changed_room_is_announced_and_logged(
    keeper: Client, room: Room, django_capture_on_commit_callbacks: Any
) -> None:
    from chat import fanout

    announced: list[Any] = []
    fanout.attach(announced.extend)
    changed = settings_of(room, name=" Coffee ", slow_mode=30, reason="Better so")
    with django_capture_on_commit_callbacks(execute=True):
        assert keeper.post(page_address(room), changed).status_code == 302
    fanout._sinks.clear()
    room.refresh_from_db()
    assert (room.name, room.slow_mode, room.topic) == ("Coffee", 30, "")
    assert [item.event for item in announced] == ["room_changed", "room_changed"]
    assert [item.number for item in announced] == [announced[0].number, announced[0].number + 1]
    entries = ModerationEntry.objects.order_by("pk").values_list("act", "detail", "reason")
    assert list(entries) == [
        ("change_room", "name", "Better so"),
        ("slow_mode", "30 s", "Better so"),
    ]


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"name": "Coffee"}, "Say why this is changed."),
        ({"name": " ", "reason": "x"}, "This field is required."),
        ({"slow_mode": 9999, "reason": "x"}, "less than or equal to 3600"),
        ({"history_limit": -1, "reason": "x"}, "greater than or equal to 0"),
    ],
)
def test_a_change_that_cannot_be_is_explained(
    keeper: Client, room: Room, changed: dict[str, Any], complaint: str
) -> None:
    answer = keeper.post(page_address(room), settings_of(room, **changed))
    assert complaint in answer.content.decode()
    room.refresh_from_db()
    assert (room.name, room.slow_mode) == ("Tea", 0)
    assert not ModerationEntry.objects.exists()


def test_what_is_not_offered_is_not_changed(keeper: Client, room: Room, alice: User) -> None:
    smuggled = {"kind": "private", "slug": "x", "closed_at": "2020-01-01", "created_by": alice.pk}
    before = Room.objects.values().get()
    keeper.post(page_address(room), settings_of(room, reason="x", **smuggled))
    assert Room.objects.values().get() == before
    assert not ModerationEntry.objects.exists()


def test_saving_a_room_undoes_nothing_that_happened_meanwhile(
    keeper: Client, room: Room, alice: User
) -> None:
    close_room(room=room.pk, by=alice)
    Room.objects.filter(pk=room.pk).update(topic="New")
    form = settings_of(room, topic="New", history_limit=5000, reason="x")
    keeper.post(page_address(room), form)
    room.refresh_from_db()
    assert room.closed_at is not None
    assert (room.topic, room.history_limit) == ("New", 5000)


# People


def test_saving_a_person_undoes_nothing_that_happened_meanwhile(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_form = PersonAdmin.save_form

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        User.objects.filter(pk=bob.pk).update(is_active=False)
        return save_form(*args, **kwargs)

    monkeypatch.setattr(PersonAdmin, "save_form", meanwhile)
    client = browser_of(User.objects.create_superuser("admin"))
    client.post(page_address(bob), {"first_name": "Robert", "is_staff": "on", "is_active": "on"})
    bob.refresh_from_db()
    assert (bob.first_name, bob.is_staff, bob.is_active) == ("Robert", True, False)


def test_only_superusers_touch_others_of_the_staff(bob: User) -> None:
    helper = make_staff("helper", "accounts.change_user", "accounts.view_user")
    other = make_staff("other", "chat.read_private_rooms")
    client = browser_of(helper)
    new = {"password1": "taken over 7", "password2": "taken over 7", "usable_password": "true"}
    assert client.post(f"/admin/accounts/user/{other.pk}/password/", new).status_code == 403
    assert client.post(page_address(other), {"first_name": "X"}).status_code == 403
    bob.set_password("the old one")
    bob.save()
    assert client.post(f"/admin/accounts/user/{bob.pk}/password/", new).status_code == 302
    bob.refresh_from_db()
    assert bob.check_password("taken over 7")


def test_a_password_taken_away_ends_all_access(bob: User) -> None:
    client = browser_of(User.objects.create_superuser("admin"))
    bob.set_password("the old one")
    bob.save()
    version = bob.access_version
    none = {"usable_password": "false", "unset-password": "1"}
    client.post(f"/admin/accounts/user/{bob.pk}/password/", none)
    bob.refresh_from_db()
    assert not bob.has_usable_password()
    assert bob.access_version == version + 1


def test_groups_are_for_superusers(bob: User) -> None:
    client = browser_of(
        make_staff("helper", "auth.view_group", "auth.add_group", "auth.change_group")
    )
    assert client.get("/admin/auth/group/").status_code == 200
    assert client.post("/admin/auth/group/add/", {"name": "x"}).status_code == 403
    boss = browser_of(User.objects.create_superuser("boss"))
    assert boss.post("/admin/auth/group/add/", {"name": "x"}).status_code == 302
