"""Pages of posts: writing, reading, commenting, moderating, all without JavaScript."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.actions.follows import follow
from accounts.actions.hiding import hide
from accounts.models import Comment, Post, User
from accounts.queries.posts import COMMENTS_A_PAGE, POSTS_A_PAGE
from tests.domain.publishing import comment, make_moderator, post
from tests.factories import make_user
from tests.http.administering import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture(autouse=True)
def no_haste(settings: Any) -> None:
    settings.POSTS_PER_HOUR = settings.COMMENTS_PER_HOUR = 1000


def page(client: Client, path: str, status: int = 200, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == status
    return answer.content.decode()


def posts_in(shown: str) -> list[int]:
    return [int(key) for key in re.findall(r'<article class="post" id="p(\d+)"', shown)]


def comments_in(shown: str) -> list[int]:
    return [int(key) for key in re.findall(r'<article class="comment" id="c(\d+)"', shown)]


def link_in(shown: str, rel: str) -> str:
    found = re.search(rf'href="(\?cursor=[^"#]+)[^"]*" rel="{rel}"', shown)
    assert found, f"no {rel}"
    return found[1]


def client_id_in(shown: str) -> str:
    found = re.search(r'name="client_id" value="([^"]+)"', shown)
    assert found
    return found[1]


def test_a_post_is_written_in_the_feed_and_read_by_followers(alice: User, bob: User) -> None:
    follow(follower=bob, followed=alice)
    answer = browser_of(alice).post("/feed/", {"text": "**Hello** @bob"})
    assert (answer.status_code, answer["Location"]) == (302, "/feed/")
    shown = page(browser_of(bob), "/feed/")
    assert "<strong>Hello</strong>" in shown
    assert 'class="mention is-you" href="/people/bob/"' in shown, "mentions of the reader stand out"
    assert 'class="mention" href="/people/bob/"' in page(browser_of(alice), "/feed/")


def test_a_form_sent_twice_makes_one_post(alice: User) -> None:
    client = browser_of(alice)
    name = client_id_in(page(client, "/feed/"))
    for _ in range(2):
        client.post("/feed/", {"text": "Once", "client_id": name})
    assert Post.objects.count() == 1


def test_what_is_refused_is_kept_with_the_reason(alice: User, settings: Any) -> None:
    settings.POST_TEXT_LIMIT = 5
    answer = browser_of(alice).post("/feed/", {"text": "Too long"})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "Not posted: it is longer than 5 characters." in shown
    assert ">Too long</textarea>" in shown


def test_a_preview_shows_what_would_be_and_stores_nothing(alice: User, bob: User) -> None:
    client = browser_of(alice)
    said = {"text": "**Hi** @bob <script>", "preview": "1"}
    for answer in (
        client.post("/feed/", said),
        client.post("/posts/preview/", said, HTTP_HX_REQUEST="true"),
    ):
        shown = answer.content.decode()
        assert "<strong>Hi</strong>" in shown
        assert "&lt;script&gt;" in shown
        assert "<script>" not in shown
    assert not Post.objects.exists()


def test_pages_of_the_feed_survive_posts_that_come_in(alice: User) -> None:
    old = [post(alice, f"No {number}").pk for number in range(POSTS_A_PAGE + 5)]
    client = browser_of(alice)
    first = page(client, "/feed/")
    assert posts_in(first) == old[::-1][:POSTS_A_PAGE]
    for number in range(3):
        post(alice, f"Later {number}")
    second = page(client, "/feed/" + link_in(first, "next"))
    assert posts_in(second) == old[::-1][POSTS_A_PAGE:]
    assert 'href="/feed/">Newest posts' in second


def test_a_script_gets_the_posts_alone_and_asks_for_newer_ones(alice: User) -> None:
    post(alice)
    client = browser_of(alice)
    newest = re.search(r'data-newest="([^"]+)"', page(client, "/explore/"))
    assert newest
    later = post(alice)
    answer = client.get("/explore/", {"cursor": newest[1]}, HTTP_X_FRAGMENT="1")
    assert posts_in(answer.content.decode()) == [later.pk]
    assert "<html" not in answer.content.decode()
    assert {"HX-Request", "X-Fragment"} <= set(answer["Vary"].replace(",", "").split())


def test_a_script_asks_which_posts_of_a_list_are_there_still(
    alice: User, bob: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    kept, gone, other = post(alice, "Kept"), post(alice, "Gone"), post(bob, "Other")
    gone_id = gone.pk
    gone.delete()
    asked = {"ids": f"{kept.pk},{gone_id},{other.pk},x,,{10**30}"}
    client = browser_of(bob)
    with django_assert_max_num_queries(16):
        answer = client.get("/posts/", asked)
    shown = answer.content.decode()
    assert sorted(posts_in(shown)) == [kept.pk, other.pk]
    assert "<html" not in shown
    assert posts_in(page(client, "/posts/")) == []
    assert Client().get("/posts/", asked).status_code == 302


def test_a_list_s_script_asks_for_a_hundred_posts_at_most(alice: User) -> None:
    keys = [post(alice, f"No {number}").pk for number in range(3)]
    before = ",".join("9" * 18 for _ in range(98))
    shown = page(browser_of(alice), "/posts/", ids=f"{before},{keys[0]},{keys[1]},{keys[2]}")
    assert sorted(posts_in(shown)) == keys[:2]


def test_what_changes_twice_within_a_second_looks_otherwise_to_scripts(alice: User) -> None:
    written = post(alice, "First")
    client = browser_of(alice)
    states = set()
    for text in ("Second", "Third"):
        client.post(f"/posts/{written.pk}/edit/", {"text": text})
        states |= set(
            re.findall(r'class="post" id="p\d+" data-state="([^"]+)"', page(client, "/feed/"))
        )
    assert len(states) == 2


@pytest.mark.parametrize("path", ["/feed/", "/explore/", "/people/alice/", "/notifications/"])
def test_lists_cost_the_same_however_much_they_show(
    alice: User,
    bob: User,
    path: str,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = browser_of(alice)
    follow(follower=alice, followed=bob)

    def more() -> None:
        for author in (alice, bob, make_user()):
            comment(post(author, "Hi @alice"), bob)

    more()
    client.get(path)  # notes that alice is here
    with django_assert_max_num_queries(16) as few:
        client.get(path)
    for _ in range(3):
        more()
    with django_assert_num_queries(len(few)):
        client.get(path)


def test_a_post_with_many_comments_costs_the_same(
    alice: User,
    bob: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    stored, client = post(alice), browser_of(alice)
    comment(stored, bob)
    client.get(f"/posts/{stored.pk}/")  # notes that alice is here
    with django_assert_max_num_queries(16) as few:
        client.get(f"/posts/{stored.pk}/")
    for _ in range(10):
        comment(stored, make_user())
    with django_assert_num_queries(len(few)):
        client.get(f"/posts/{stored.pk}/")


def test_comments_stand_under_their_post_in_order(alice: User, bob: User) -> None:
    stored = post(alice)
    first = comment(stored, bob, "First")
    answer = browser_of(alice).post(f"/posts/{stored.pk}/", {"text": "_Second_"})
    second = Comment.objects.latest("pk")
    assert answer["Location"] == second.get_absolute_url()
    shown = page(browser_of(bob), f"/posts/{stored.pk}/")
    assert comments_in(shown) == [first.pk, second.pk]
    assert "<em>Second</em>" in shown


def test_a_link_to_a_comment_leads_to_its_page(alice: User, bob: User) -> None:
    stored = post(alice)
    keys = [comment(stored, bob, str(number)).pk for number in range(COMMENTS_A_PAGE + 5)]
    client = browser_of(bob)
    last = Comment.objects.get(pk=keys[-2])
    shown = page(client, last.get_absolute_url().partition("#")[0])
    assert comments_in(shown) == keys[-2:]
    before = page(client, f"/posts/{stored.pk}/" + link_in(shown, "prev"))
    assert comments_in(before) == keys[-2 - COMMENTS_A_PAGE : -2]
    assert comments_in(page(client, f"/posts/{stored.pk}/")) == keys[:COMMENTS_A_PAGE]


def test_who_has_commented_sees_what_was_said_before(alice: User, bob: User) -> None:
    stored = post(alice)
    keys = [comment(stored, by, "A word").pk for by in (alice, bob)]
    shown = page(browser_of(bob), f"/posts/{stored.pk}/", comment=str(keys[-1]))
    assert comments_in(shown) == keys
    assert "Earlier comments" not in shown


@pytest.mark.parametrize("wanted", ["x", "-1", "٣", "9" * 30, "0", ""])
def test_a_comment_that_is_not_there_is_not_looked_for(alice: User, wanted: str) -> None:
    stored = post(alice)
    said = comment(stored, alice)
    assert comments_in(page(browser_of(alice), f"/posts/{stored.pk}/", comment=wanted)) == [said.pk]


def test_a_post_is_edited_and_deleted_by_its_author(alice: User, bob: User) -> None:
    stored, client = post(alice, "Old *words*"), browser_of(alice)
    assert ">Old *words*</textarea>" in page(client, f"/posts/{stored.pk}/edit/")
    client.post(f"/posts/{stored.pk}/edit/", {"text": "New words"})
    shown = page(client, f"/posts/{stored.pk}/")
    assert "New words" in shown
    assert "edited" in shown
    for act in ("edit", "delete"):
        for ask in (browser_of(bob).get, browser_of(bob).post):
            assert ask(f"/posts/{stored.pk}/{act}/", {"text": "x"}).status_code == 403
    assert "Delete this post?" in page(client, f"/posts/{stored.pk}/delete/")
    assert Post.objects.exists()
    client.post(f"/posts/{stored.pk}/delete/")
    assert page(client, f"/posts/{stored.pk}/", 404)


def test_a_comment_is_deleted_after_a_question(alice: User, bob: User, carol: User) -> None:
    stored = post(alice)
    said = comment(stored, bob)
    path = f"/comments/{said.pk}/delete/"
    assert browser_of(carol).post(path).status_code == 403
    assert "Delete this comment?" in page(browser_of(bob), path)
    browser_of(alice).post(path)
    assert not Comment.objects.exists()


def test_what_moderators_hide_is_a_notice_to_others(alice: User, bob: User) -> None:
    stored = post(alice, "Bad words")
    said = comment(stored, bob, "Worse words")
    moderator = make_moderator()
    client = browser_of(moderator)
    for kind, row in (("posts", stored), ("comments", said)):
        assert "Hide this" in page(client, f"/{kind}/{row.pk}/hide/")
        assert client.post(f"/{kind}/{row.pk}/hide/", {"reason": ""}).status_code == 400
        client.post(f"/{kind}/{row.pk}/hide/", {"reason": "rude"})
    for path in (f"/posts/{stored.pk}/", "/explore/"):
        seen = page(browser_of(make_user()), path)
        assert "Hidden by moderators." in seen
        assert "Bad words" not in seen
        assert "Worse words" not in seen
        assert "rude" not in seen
    by_author = page(browser_of(alice), f"/posts/{stored.pk}/")
    assert "Bad words" in by_author
    assert "Hidden by moderators: rude" in by_author
    assert "Worse words" not in by_author
    assert "Worse words" in page(client, f"/posts/{stored.pk}/")
    assert "New comment" not in by_author
    for kind, row in (("posts", stored), ("comments", said)):
        client.post(f"/{kind}/{row.pk}/show/")
    assert "Worse words" in page(browser_of(make_user()), f"/posts/{stored.pk}/")


def test_who_deletes_a_hidden_comment_need_not_read_it(alice: User, bob: User) -> None:
    said = comment(post(alice), bob, "Rude words")
    hide(said, by=make_moderator(), reason="rude")
    asked = page(browser_of(alice), f"/comments/{said.pk}/delete/")
    assert "Hidden by moderators." in asked
    assert "Rude words" not in asked
    assert "Rude words" in page(browser_of(bob), f"/comments/{said.pk}/delete/")


@pytest.mark.parametrize("model", [Post, Comment])
def test_what_is_hidden_of_one_person_is_not_looked_for_in_all_they_wrote(
    alice: User, model: type[Post | Comment]
) -> None:
    hidden = model._default_manager.filter(author=alice, hidden_at__isnull=False)
    plan = hidden.order_by("-created_at", "-pk").explain()
    assert f"hidden_{model._meta.model_name}s_of_author" in plan


def test_only_moderators_hide_and_show(alice: User, bob: User) -> None:
    stored = post(alice)
    said = comment(stored, alice)
    client = browser_of(bob)
    for kind, row in (("posts", stored), ("comments", said)):
        assert client.get(f"/{kind}/{row.pk}/hide/").status_code == 403
        assert client.post(f"/{kind}/{row.pk}/hide/", {"reason": "x"}).status_code == 403
        assert client.post(f"/{kind}/{row.pk}/show/").status_code == 403
        assert f"/{kind}/{row.pk}/hide/" not in page(client, f"/posts/{stored.pk}/")
    assert Post.objects.get().hidden_at is None


def test_what_is_hidden_is_not_told_in_notifications(alice: User, bob: User) -> None:
    said = comment(post(alice), bob, "Rude words")
    hide(said, by=make_moderator(), reason="rude")
    shown = page(browser_of(alice), "/notifications/")
    assert "Rude words" not in shown
    assert "Hidden by moderators." in shown


# --- notifications ---


def test_notifications_say_what_happened_and_lead_there(alice: User, bob: User) -> None:
    follow(follower=bob, followed=alice)
    stored = post(alice, "Mine")
    said = comment(stored, bob, "Well *said*")
    mention = post(bob, "@alice look")
    client = browser_of(alice)
    shown = page(client, "/notifications/")
    for words in (
        "<b>bob</b> follows you",
        "<b>bob</b> commented on your post",
        "Well said",
        "<b>bob</b> mentioned you in a post",
    ):
        assert words in shown
    assert 'aria-label="3 unread"' in shown
    links = re.findall(r'href="(/notifications/\d+/)"', shown)
    targets = [client.get(link)["Location"] for link in links]
    assert targets == [f"/posts/{mention.pk}/", said.get_absolute_url(), "/people/bob/"]
    assert 'aria-label="3 unread"' not in page(client, "/notifications/")


def test_nobody_follows_the_notifications_of_others(alice: User, bob: User) -> None:
    follow(follower=bob, followed=alice)
    link = re.search(r'href="(/notifications/\d+/)"', page(browser_of(alice), "/notifications/"))
    assert link
    assert browser_of(bob).get(link[1]).status_code == 404


def test_all_that_the_page_showed_is_marked_read(alice: User, bob: User, carol: User) -> None:
    follow(follower=bob, followed=alice)
    client = browser_of(alice)
    newest = re.search(r'name="newest" value="(\d+)"', page(client, "/notifications/"))
    assert newest
    follow(follower=carol, followed=alice)
    client.post("/notifications/read/", {"newest": newest[1]})
    assert 'aria-label="1 unread"' in page(client, "/notifications/")
    for nonsense in ("x", "-1", "9" * 30):
        client.post("/notifications/read/", {"newest": nonsense})
    assert 'aria-label="1 unread"' in page(client, "/notifications/")


def test_no_page_needs_inline_code(alice: User, bob: User) -> None:
    stored = post(alice, "Hi @bob\n\n```\ncode\n```\n")
    comment(stored, bob)
    follow(follower=bob, followed=alice)
    client = browser_of(alice)
    for path in (
        "/feed/",
        "/explore/",
        "/people/",
        "/people/bob/",
        "/people/bob/followers/",
        "/accounts/profile/",
        "/notifications/",
        f"/posts/{stored.pk}/",
        f"/posts/{stored.pk}/edit/",
        f"/posts/{stored.pk}/delete/",
    ):
        answer = client.get(path)
        assert "unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(
            r"<style| style=|<script(?![^>]*\ssrc=)| on\w+=|javascript:", answer.content.decode()
        )


def test_other_words_from_a_used_form_are_kept_and_can_be_sent_again(alice: User) -> None:
    client = browser_of(alice)
    used = client_id_in(page(client, "/feed/"))
    client.post("/feed/", {"text": "First", "client_id": used})
    answer = client.post("/feed/", {"text": "Second", "client_id": used})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert "Send again to post this as well." in shown
    assert ">Second</textarea>" in shown
    client.post("/feed/", {"text": "Second", "client_id": client_id_in(shown)})
    assert list(Post.objects.order_by("pk").values_list("body", flat=True)) == ["First", "Second"]
