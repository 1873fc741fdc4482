"""People: their names and addresses, and when their access ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.actions.access import deactivate, end_all_access, reactivate
from accounts.actions.profile import rename
from accounts.actions.tokens import create_token, revoke_token
from accounts.actions.visits import touch_last_seen
from accounts.identity import by_session_key, by_token, still_valid
from accounts.models import AuthToken, User
from accounts.signals import EndReason, access_ended, profile_changed

pytestmark = pytest.mark.django_db
EVERYWHERE = EndReason.LOGGED_OUT_EVERYWHERE


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """A block after which what was to happen on commit has happened."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    key = client.session.session_key
    assert key is not None
    return key


# --- names and addresses ---


def test_no_two_people_share_a_username_in_any_case(alice: User) -> None:
    with pytest.raises(ValidationError, match="taken"):
        User(username="ALICE", password="x").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("Alice")


def test_no_two_people_share_an_address_in_any_case(alice: User) -> None:
    with pytest.raises(ValidationError, match="taken"):
        User(username="bob", email="Alice@Example.org", password="x").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("bob", "ALICE@example.org")


def test_many_people_may_have_no_address() -> None:
    User.objects.create_user("bob")
    User.objects.create_user("carol", "")
    assert User.objects.filter(email="").count() == 2


def test_an_address_is_stored_and_found_in_small_letters() -> None:
    user = User.objects.create_user("bob", " Bob@Example.ORG ")
    assert user.email == "bob@example.org"
    assert User.objects.get(email="BOB@example.org") == user


def test_a_username_keeps_its_case_and_is_found_in_any() -> None:
    User.objects.create_user("McCarol")
    assert User.objects.get_by_natural_key("mccarol").username == "McCarol"


@pytest.mark.parametrize(
    "name", ["", ".", "..", "-x", "a/b", "a b", "a\n", "a%2f", "ä", "a" * 33, "a\0", "a?b", "a#b"]
)
def test_a_username_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises((ValidationError, ValueError)):
        User.objects.create_user(name)


@pytest.mark.parametrize("name", ["a", "7", "a.b", "a_b", "a-b", "A" * 32, "0.", "x--"])
def test_a_username_may_be_any_plain_word(name: str) -> None:
    assert User.objects.create_user(name).avatar_url == f"/people/{name}/avatar.svg"


# --- the end of all access ---


def test_the_end_of_all_access_ends_sessions_and_tokens_and_says_so(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    session_key = session_of(alice)
    _row, token = create_token(user=alice)
    with committed():
        end_all_access(user=alice, reason=EVERYWHERE)
    assert by_session_key(session_key=session_key) is None
    assert by_token(token=token) is None
    assert heard == [
        {
            "user_id": alice.pk,
            "session_key": None,
            "token_digest": None,
            "reason": "logged_out_everywhere",
        }
    ]


def test_nothing_is_said_of_what_was_rolled_back(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    with committed(), transaction.atomic():
        end_all_access(user=alice, reason=EVERYWHERE)
        transaction.set_rollback(True)
    assert heard == []


def test_a_receiver_that_fails_does_not_disturb_the_others(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    access_ended.connect(fail)
    try:
        with committed():
            end_all_access(user=alice, reason=EVERYWHERE)
    finally:
        access_ended.disconnect(fail)
    assert len(heard) == 1


def test_who_loaded_a_person_earlier_cannot_put_the_old_version_back(alice: User) -> None:
    loaded_earlier = User.objects.get(pk=alice.pk)
    end_all_access(user=alice, reason=EVERYWHERE)
    loaded_earlier.first_name = "Alice"
    loaded_earlier.save()
    alice.refresh_from_db()
    assert (alice.access_version, alice.first_name) == (2, "Alice")


def test_a_changed_password_ends_all_access_whoever_changed_it(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    create_token(user=alice)
    with committed():
        alice.set_password("another long secret")
        alice.save()
    assert [facts["reason"] for facts in heard] == ["password_changed"]
    assert alice.access_version == 2
    assert not AuthToken.objects.exists()


def test_a_password_that_is_only_hashed_again_ends_nothing(
    alice: User, heard: list[dict[str, Any]], committed: Any, settings: Any
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    bob = User.objects.create_user("bob", password="a long secret")
    first_hash = bob.password
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    with committed():
        assert bob.check_password("a long secret")
    bob.refresh_from_db()
    assert bob.password != first_hash
    assert (bob.access_version, heard) == (1, [])


def test_who_is_deactivated_is_out_and_stays_out_of_old_sessions(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    session_key = session_of(alice)
    _row, token = create_token(user=alice)
    with committed():
        deactivate(user=alice)
    assert [facts["reason"] for facts in heard] == ["deactivated"]
    reactivate(user=alice)
    assert by_session_key(session_key=session_key) is None
    assert by_token(token=token) is None
    assert by_session_key(session_key=session_of(alice)) is not None


def test_a_revoked_token_is_named_once(
    alice: User, heard: list[dict[str, Any]], committed: Any
) -> None:
    row, _token = create_token(user=alice)
    with committed():
        revoke_token(user=alice, digest=row.digest)
        revoke_token(user=alice, digest=row.digest)
    assert heard == [
        {
            "user_id": alice.pk,
            "session_key": None,
            "token_digest": row.digest,
            "reason": "token_revoked",
        }
    ]


def test_nobody_revokes_the_token_of_another(alice: User) -> None:
    row, token = create_token(user=alice)
    revoke_token(user=User.objects.create_user("bob"), digest=row.digest)
    assert by_token(token=token) is not None


def test_a_new_display_name_is_announced(alice: User, committed: Any) -> None:
    told: list[int] = []

    def listen(*, user_id: int, **_: Any) -> None:
        told.append(user_id)

    profile_changed.connect(listen)
    with committed():
        rename(user=alice, first_name="Alice", last_name="Example")
    assert alice.display_name == "Alice Example"
    assert told == [alice.pk]


def test_one_name_changes_without_writing_the_other_back(alice: User) -> None:
    rename(user=alice, first_name="Alice", last_name="Old")
    elsewhere = User.objects.get(pk=alice.pk)
    rename(user=elsewhere, last_name="New")
    rename(user=alice, first_name="")
    alice.refresh_from_db()
    assert (alice.first_name, alice.last_name) == ("", "New")


# --- who is behind a session or a token ---


def test_a_session_says_who_is_there(alice: User) -> None:
    session_key = session_of(alice)
    identity = by_session_key(session_key=session_key)
    assert identity is not None
    assert (identity.user, identity.access_version) == (alice, 1)
    assert (identity.session_key, identity.token_digest) == (session_key, None)


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "\0" * 32, "'; --"])
def test_a_session_key_that_is_none_says_nothing(key: str) -> None:
    assert by_session_key(session_key=key) is None


def test_a_token_says_who_is_there(alice: User) -> None:
    row, token = create_token(user=alice)
    identity = by_token(token=token)
    assert identity is not None
    assert (identity.user, identity.token_digest) == (alice, row.digest)
    assert identity.session_key is None


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "parley_" + "0" * 64])
def test_a_token_that_is_none_says_nothing(token: str) -> None:
    assert by_token(token=token) is None


def test_an_expired_token_says_nothing(alice: User) -> None:
    row, token = create_token(user=alice)
    row.expiry = timezone.now()
    row.save()
    assert by_token(token=token) is None


def test_the_token_of_somebody_inactive_says_nothing(alice: User) -> None:
    _row, token = create_token(user=alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert by_token(token=token) is None


def test_only_a_hash_of_the_token_is_stored(alice: User) -> None:
    row, token = create_token(user=alice)
    assert token.startswith("parley_")
    assert token not in str(vars(row))


def test_what_ended_in_silence_is_found_when_asked(alice: User) -> None:
    bob, carol = User.objects.create_user("bob"), User.objects.create_user("carol")
    lasting = by_session_key(session_key=session_of(alice))
    gone = by_session_key(session_key=session_of(alice))
    row, token = create_token(user=bob)
    revoked = by_token(token=token)
    lasting_token = by_token(token=create_token(user=bob)[1])
    suspended = by_session_key(session_key=session_of(carol))
    known = {who for who in (lasting, gone, revoked, lasting_token, suspended) if who}
    assert len(known) == 5

    Session.objects.filter(session_key=gone.session_key if gone else "").delete()
    row.delete()
    User.objects.filter(pk=carol.pk).update(is_active=False)

    assert still_valid(known) == {lasting, lasting_token}


def test_what_expired_does_not_hold(alice: User) -> None:
    session = by_session_key(session_key=session_of(alice))
    token = by_token(token=create_token(user=alice)[1])
    identities = [identity for identity in (session, token) if identity]
    assert still_valid(identities) == set(identities)
    Session.objects.update(expire_date=timezone.now())
    AuthToken.objects.update(expiry=timezone.now())
    assert still_valid(identities) == set()


def test_an_older_access_version_does_not_hold(alice: User) -> None:
    identity = by_session_key(session_key=session_of(alice))
    assert identity is not None
    end_all_access(user=alice, reason=EVERYWHERE)
    assert still_valid([identity]) == set()


def test_asking_about_many_takes_few_queries(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    known = [by_session_key(session_key=session_of(alice)) for _ in range(5)]
    known += [by_token(token=create_token(user=alice)[1]) for _ in range(5)]
    identities = [identity for identity in known if identity]
    with django_assert_max_num_queries(3):
        assert len(still_valid(identities)) == 10


# --- last seen ---


def test_last_seen_is_written_at_most_once_a_minute(alice: User) -> None:
    touch_last_seen(user_ids=[alice.pk])
    alice.refresh_from_db()
    first = alice.last_seen
    assert first is not None
    touch_last_seen(user_ids=[alice.pk])
    alice.refresh_from_db()
    assert alice.last_seen == first

    User.objects.filter(pk=alice.pk).update(last_seen=first - timedelta(seconds=61))
    touch_last_seen(user_ids=[alice.pk])
    alice.refresh_from_db()
    assert alice.last_seen is not None
    assert alice.last_seen >= first
