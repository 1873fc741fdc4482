"""Posts and comments: who may write, change, delete and hide what."""

from functools import partial
from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts import markdown
from accounts.actions.access import deactivate
from accounts.actions.comments import delete_comment
from accounts.actions.follows import follow
from accounts.actions.hiding import hide, show
from accounts.actions.posts import delete_post, edit_post
from accounts.errors import Refusal
from accounts.models import Comment, Notification, Post, User
from accounts.queries.posts import explore, feed, post_by_id
from accounts.roles import USER
from tests.together import together

from .publishing import comment, make_moderator, post, refused, told

pytestmark = pytest.mark.django_db


def test_a_post_is_stored_as_it_was_typed_and_as_safe_html(alice: User) -> None:
    stored = Post.objects.get(pk=post(alice, "  **Hi**\r\n<b>there</b>\n").pk)
    assert stored.body == "**Hi**\n<b>there</b>"
    assert stored.rendered == "<p><strong>Hi</strong><br>\n&lt;b&gt;there&lt;/b&gt;</p>\n"


def test_what_was_stored_under_older_rules_is_made_anew(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = post(alice, "@bob")
    Post.objects.update(html="<p>old</p>")
    assert Post.objects.get().rendered == "<p>old</p>"
    monkeypatch.setattr(markdown, "VERSION", markdown.VERSION + 1)
    assert Post.objects.get().rendered == stored.html


def test_half_a_character_is_replaced(alice: User) -> None:
    assert post(alice, "Hi \ud83d!").body == "Hi ?!"


@pytest.mark.parametrize("text", ["", "  \n ", "\0"])
def test_nothing_is_no_post(alice: User, text: str) -> None:
    assert refused(post, alice, text) == Refusal.EMPTY_TEXT


def test_a_text_has_a_limit(alice: User, settings: Any) -> None:
    settings.POST_TEXT_LIMIT = settings.COMMENT_TEXT_LIMIT = 3
    stored = post(alice, "abc")
    assert refused(post, alice, "abcd") == Refusal.TEXT_TOO_LONG
    assert refused(edit_post, post_id=stored.pk, by=alice, text="abcd") == Refusal.TEXT_TOO_LONG
    assert refused(comment, stored, alice, "abcd") == Refusal.TEXT_TOO_LONG


def test_nobody_writes_more_than_so_much_in_an_hour(alice: User, bob: User, settings: Any) -> None:
    settings.POSTS_PER_HOUR = settings.COMMENTS_PER_HOUR = 2
    first, _ = post(alice), post(alice)
    assert refused(post, alice) == Refusal.RATE_LIMITED
    post(bob)
    comment(first, alice), comment(first, alice)
    assert refused(comment, first, alice) == Refusal.RATE_LIMITED


@pytest.mark.usefixtures("fresh_limits")
def test_nobody_edits_more_than_so_often_in_a_minute(alice: User, settings: Any) -> None:
    settings.POST_EDITS_PER_MINUTE = 1
    stored = post(alice)
    edit_post(post_id=stored.pk, by=alice, text="Once")
    assert refused(edit_post, post_id=stored.pk, by=alice, text="Twice") == Refusal.RATE_LIMITED
    assert Post.objects.get().body == "Once"


def test_a_form_that_is_sent_twice_makes_one_post_and_one_comment(alice: User, bob: User) -> None:
    first, again = (post(alice, "Hi @bob", client_id="c") for _ in range(2))
    assert first == again
    assert comment(first, bob, client_id="c") == comment(first, bob, client_id="c")
    assert (Post.objects.count(), Comment.objects.count()) == (1, 1)
    assert told(bob) == [("mention", "alice")]
    assert told(alice) == [("comment", "bob")]


def test_who_is_suspended_writes_nothing(alice: User, bob: User) -> None:
    stored = post(alice)
    deactivate(user=alice)
    assert refused(post, alice) == Refusal.NOT_ALLOWED
    assert refused(edit_post, post_id=stored.pk, by=alice, text="x") == Refusal.NOT_ALLOWED
    assert refused(comment, stored, alice) == Refusal.NOT_ALLOWED


def test_what_everybody_may_do_is_what_the_group_says(alice: User) -> None:
    moderator = make_moderator()
    Group.objects.get(name=USER).permissions.get(codename="add_post").group_set.remove(
        Group.objects.get(name=USER)
    )
    assert refused(post, alice) == Refusal.NOT_ALLOWED
    post(moderator)


def test_a_post_is_changed_and_deleted_by_its_author_alone(alice: User, bob: User) -> None:
    stored, moderator = post(alice), make_moderator()
    for other in (bob, moderator):
        assert refused(edit_post, post_id=stored.pk, by=other, text="x") == Refusal.NOT_ALLOWED
        assert refused(delete_post, post_id=stored.pk, by=other) == Refusal.NOT_ALLOWED
    edited = edit_post(post_id=stored.pk, by=alice, text="Other words")
    assert (edited.body, edited.edited_at is not None) == ("Other words", True)
    delete_post(post_id=stored.pk, by=alice)
    assert refused(delete_post, post_id=stored.pk, by=alice) == Refusal.NOT_FOUND


def test_the_same_text_again_is_no_edit(alice: User) -> None:
    stored = post(alice, "Hello")
    assert edit_post(post_id=stored.pk, by=alice, text="Hello ").edited_at is None


def test_with_a_post_everything_about_it_goes(alice: User, bob: User) -> None:
    stored = post(alice, "@bob")
    comment(stored, bob)
    delete_post(post_id=stored.pk, by=alice)
    assert not Comment.objects.exists()
    assert not Notification.objects.exists()


def test_a_comment_is_deleted_by_its_author_or_by_the_posts(
    alice: User, bob: User, carol: User
) -> None:
    stored = post(alice)
    first, second = comment(stored, bob), comment(stored, bob)
    assert refused(delete_comment, comment_id=first.pk, by=carol) == Refusal.NOT_ALLOWED
    delete_comment(comment_id=first.pk, by=bob)
    delete_comment(comment_id=second.pk, by=alice)
    assert refused(delete_comment, comment_id=second.pk, by=alice) == Refusal.NOT_FOUND
    assert told(alice) == []


def test_moderators_hide_and_show_with_a_reason(alice: User, bob: User) -> None:
    stored, moderator = post(alice), make_moderator()
    another = User.objects.create_superuser("root")
    writings: list[Post | Comment] = [stored, comment(stored, bob)]
    for writing in writings:
        assert refused(hide, writing, by=bob, reason="") == Refusal.NOT_ALLOWED
        assert refused(show, writing, by=bob) == Refusal.NOT_ALLOWED
        hidden = hide(writing, by=moderator, reason=" rude ")
        assert (hidden.hidden_by, hidden.hidden_reason) == (moderator, "rude")
        assert hide(writing, by=another, reason="again").hidden_reason == "rude"
        shown = show(writing, by=moderator)
        assert (shown.hidden_at, shown.hidden_by, shown.hidden_reason) == (None, None, "")


def test_nobody_comments_on_what_is_hidden(alice: User, bob: User) -> None:
    stored = post(alice)
    hide(stored, by=make_moderator(), reason="rude")
    assert refused(comment, stored, bob) == Refusal.NOT_ALLOWED


def test_a_moderator_without_the_right_for_it_hides_nothing(alice: User) -> None:
    stored, moderator = post(alice), make_moderator()
    moderator.groups.clear()
    assert refused(hide, stored, by=moderator, reason="") == Refusal.NOT_ALLOWED


# --- lists ---


def test_the_feed_is_of_oneself_and_whom_one_follows(alice: User, bob: User, carol: User) -> None:
    mine, theirs, _ = post(alice), post(bob), post(carol)
    follow(follower=alice, followed=bob)
    assert list(feed(alice).items) == [theirs, mine]
    assert len(explore().items) == 3


def test_comments_are_counted(alice: User, bob: User) -> None:
    stored = post(alice)
    for _ in range(3):
        comment(stored, bob)
    assert post_by_id(stored.pk).comment_count == 3
    assert explore().items[0].comment_count == 3


# --- what others are told ---


def test_mentions_are_told_once_and_never_to_oneself(alice: User, bob: User) -> None:
    stored = post(alice, "@bob @BOB @alice @nobody `@bob`")
    assert stored.mentions == ["alice", "bob"]
    assert told(bob) == [("mention", "alice")]
    assert told(alice) == []


def test_an_edit_tells_only_whom_the_new_text_names(alice: User, bob: User, carol: User) -> None:
    stored = post(alice, "@bob")
    edit_post(post_id=stored.pk, by=alice, text="@bob and @carol")
    assert told(bob) == told(carol) == [("mention", "alice")]


def test_an_edit_of_what_is_hidden_rings_at_nobody(alice: User, bob: User) -> None:
    stored = post(alice)
    hide(stored, by=make_moderator(), reason="rude")
    edit_post(post_id=stored.pk, by=alice, text="@bob")
    assert told(bob) == []


def test_the_author_is_told_once_of_a_comment_that_mentions_them(alice: User, bob: User) -> None:
    comment(post(alice), bob, "@alice yes, @bob too")
    assert told(alice) == [("comment", "bob")]
    assert told(bob) == []


def test_a_comment_on_ones_own_post_is_told_to_nobody(alice: User) -> None:
    comment(post(alice), alice)
    assert not Notification.objects.exists()


def test_who_is_suspended_is_not_mentioned(alice: User, bob: User) -> None:
    deactivate(user=bob)
    assert post(alice, "@bob").mentions == []
    assert not Notification.objects.exists()


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_a_comment_and_the_deletion_of_its_post_at_once_leave_no_half(
    alice: User, bob: User
) -> None:
    for _ in range(3):
        stored = post(alice)
        together(
            partial(attempt, comment, stored, bob),
            partial(attempt, delete_post, post_id=stored.pk, by=alice),
        )
        assert not Post.objects.exists()
        assert not Comment.objects.exists()
        assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_comment_and_its_post_can_be_deleted_at_once(alice: User, bob: User) -> None:
    for _ in range(3):
        stored = post(alice)
        said = [comment(stored, bob, f"@alice {number}") for number in range(3)]
        together(
            partial(attempt, delete_post, post_id=stored.pk, by=alice),
            *[partial(attempt, delete_comment, comment_id=row.pk, by=bob) for row in said],
        )
        assert not Post.objects.exists()
        assert not Notification.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_form_ten_times_at_once_is_one_post(alice: User, bob: User) -> None:
    made = together(*[lambda: post(alice, "Hi @bob", client_id="c").pk for _ in range(10)])
    assert made == [Post.objects.get().pk] * 10
    assert told(bob) == [("mention", "alice")]


def attempt(call: Any, *arguments: Any, **named: Any) -> None:
    """Do it, unless what it is about has just gone."""
    try:
        call(*arguments, **named)
    except Exception as error:
        if getattr(error, "code", None) != Refusal.NOT_FOUND:
            raise


def test_another_text_under_the_same_name_is_told(alice: User, bob: User) -> None:
    first, second = post(alice, "Yes", client_id="c"), post(alice, "Again")
    assert refused(post, alice, "No", client_id="c") == Refusal.CONFLICT
    comment(first, bob, "Yes", client_id="c")
    assert refused(comment, first, bob, "No", client_id="c") == Refusal.CONFLICT
    assert refused(comment, second, bob, "Yes", client_id="c") == Refusal.CONFLICT


def test_a_post_that_was_edited_since_is_sent_again_in_vain(alice: User) -> None:
    first = post(alice, "Yes", client_id="c")
    edit_post(post_id=first.pk, by=alice, text="No")
    assert post(alice, "Yes", client_id="c") == first
    assert Post.objects.get().body == "No"
