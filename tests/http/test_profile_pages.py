"""Pages of people: everybody, one of them, following, and what one shows of oneself."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.actions.access import deactivate
from accounts.actions.comments import write_comment
from accounts.actions.follows import follow
from accounts.actions.pictures import set_picture
from accounts.actions.posts import write_post
from accounts.models import Follow, User
from tests.factories import make_user
from tests.http.administering import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def page(client: Client, path: str, **query: Any) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def picture() -> BytesIO:
    file = BytesIO()
    Image.new("RGB", (30, 20), "red").save(file, "PNG")
    return BytesIO(file.getvalue())


@pytest.mark.parametrize(
    "path",
    [
        "/people/",
        "/people/alice/",
        "/people/alice/followers/",
        "/people/alice/following/",
        "/accounts/profile/",
        "/feed/",
        "/explore/",
        "/posts/1/",
        "/posts/1/edit/",
        "/notifications/",
        "/notifications/1/",
    ],
)
def test_strangers_are_asked_to_sign_in(client: Client, alice: User, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize(
    "path", ["/people/nobody/", "/people/nobody/followers/", "/people/alice/?cursor=x"]
)
def test_who_or_what_is_not_there_is_a_404(alice: User, path: str) -> None:
    assert browser_of(alice).get(path).status_code == 404


def test_a_person_is_found_under_their_name_in_any_case(alice: User, bob: User) -> None:
    assert "<h1>bob</h1>" in page(browser_of(alice), "/people/BOB/")


def test_a_profile_shows_who_it_is_and_how_one_stands_to_them(alice: User, bob: User) -> None:
    User.objects.filter(pk=bob.pk).update(
        first_name="Robert", about_me="Keeps <b>it</b> honest.\n\nTwice."
    )
    follow(follower=bob, followed=alice)
    shown = page(browser_of(alice), "/people/bob/")
    assert "<h1>Robert</h1>" in shown
    assert "<p>Keeps &lt;b&gt;it&lt;/b&gt; honest.</p>" in shown
    assert "follows you" in shown
    assert "<b>0</b> followers" in shown
    assert "<b>1</b> following" in shown
    assert 'src="/people/bob/avatar.svg"' in shown
    assert 'action="/people/bob/follow/"' in shown


def test_what_is_counted_up_to_a_bound_is_said_to_be_more(
    alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.templatetags.counting.COUNTED_UP_TO", 1)
    monkeypatch.setattr("accounts.templatetags.counting.COMMENTS_COUNTED_UP_TO", 2)
    follow(follower=alice, followed=bob)
    stored = write_post(author=bob, text="Hello")
    for text in ("one", "two"):
        write_comment(post_id=stored.pk, author=alice, text=text)
    page = browser_of(alice).get("/people/bob/").content.decode()
    assert "<b>1+</b> follower<" in page
    assert "<b>0</b> following<" in page
    assert "<b>1+</b> post<" in page
    assert "2+ comments<" in page


def test_ones_own_page_offers_to_edit_it_instead(alice: User) -> None:
    shown = page(browser_of(alice), "/people/alice/")
    assert "/accounts/profile/" in shown
    assert "/people/alice/follow/" not in shown
    assert "/people/alice/message/" not in shown


def test_following_and_unfollowing_by_form(alice: User, bob: User) -> None:
    client = browser_of(alice)
    answer = client.post("/people/bob/follow/", {"on": "1", "next": "/people/?q=b"})
    assert (answer.status_code, answer["Location"]) == (302, "/people/?q=b")
    assert Follow.objects.filter(follower=alice, followed=bob).exists()
    answer = client.post("/people/bob/follow/", {"on": "0", "next": "https://evil.example/"})
    assert answer["Location"] == "/people/bob/"
    assert not Follow.objects.exists()


def test_a_script_gets_the_button_and_the_numbers_alone(alice: User, bob: User) -> None:
    answer = browser_of(alice).post(
        "/people/bob/follow/",
        {"on": "1", "facts": "1", "next": "/people/bob/"},
        HTTP_HX_REQUEST="true",
    )
    part = answer.content.decode()
    assert 'aria-pressed="true"' in part
    assert 'name="next" value="/people/bob/"' in part
    assert 'hx-swap-oob="true"' in part
    assert "<b>1</b> follower" in part
    assert "<html" not in part


def test_nobody_follows_themselves_by_form(alice: User) -> None:
    answer = browser_of(alice).post("/people/alice/follow/", {"on": "1"}, follow=True)
    assert "You cannot follow yourself." in answer.content.decode()


def test_forms_without_the_token_are_refused(alice: User, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for path in ("/people/bob/follow/", "/feed/", "/notifications/read/", "/accounts/profile/"):
        assert client.post(path, {"on": "1", "text": "x"}).status_code == 403
    assert not Follow.objects.exists()


def test_everybody_is_listed_by_name_without_the_suspended(
    alice: User, bob: User, carol: User
) -> None:
    deactivate(user=carol)
    shown = page(browser_of(alice), "/people/")
    assert shown.index("/people/alice/") < shown.index('href="/people/bob/"')
    assert "carol" not in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [("BO", ["bob"]), ("Rob", ["bob"]), ("mart", ["bob"]), ("robert mar", ["bob"]), ("ob", [])],
)
def test_people_are_found_by_the_beginning_of_a_name(
    alice: User, bob: User, words: str, found: list[str]
) -> None:
    User.objects.filter(pk=bob.pk).update(first_name="Robert", last_name="Martin")
    shown = browser_of(alice).get("/people/", {"q": words})
    assert [row.person.username for row in shown.context["page"].items] == found


@pytest.mark.parametrize("words", ["%", "_", "\0", "'; DROP TABLE", "<b>", "\\"])
def test_odd_words_find_nobody(alice: User, words: str) -> None:
    shown = browser_of(alice).get("/people/", {"q": words})
    assert shown.status_code == 200
    assert "<b>”" not in shown.content.decode()


def test_lists_cost_the_same_however_many_people_they_show(
    alice: User,
    bob: User,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = browser_of(alice)
    lists = {"/people/": 8, "/people/bob/followers/": 13, "/people/?q=person": 10}
    for _ in range(3):
        follow(follower=make_user(), followed=bob)
    client.get("/people/")  # notes that alice is here
    costs = {}
    for path, most in lists.items():
        with django_assert_max_num_queries(most) as spent:
            client.get(path)
        costs[path] = len(spent)
    for _ in range(10):
        follow(follower=make_user(), followed=bob)
    for path, cost in costs.items():
        with django_assert_num_queries(cost):
            client.get(path)


# --- what one shows of oneself ---


def test_one_says_who_one_is(alice: User) -> None:
    answer = browser_of(alice).post(
        "/accounts/profile/",
        {"first_name": "Alice", "last_name": "Archer", "about_me": " Two\r\nlines "},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/people/alice/")
    alice.refresh_from_db()
    assert (alice.display_name, alice.about_me) == ("Alice Archer", "Two\nlines")


def test_a_text_about_oneself_has_a_limit(alice: User) -> None:
    answer = browser_of(alice).post("/accounts/profile/", {"about_me": "x" * 501})
    assert answer.status_code == 400
    assert "x" * 501 in answer.content.decode(), "what was typed is kept"


def test_a_picture_is_uploaded_shown_and_removed(client: Client, alice: User) -> None:
    mine = browser_of(alice)
    file = SimpleUploadedFile("../me.png", picture().getvalue(), "text/html")
    mine.post("/accounts/profile/picture/", {"picture": file})
    alice.refresh_from_db()
    assert alice.avatar_url in page(mine, "/people/alice/")
    for address in (alice.avatar_url, alice.large_avatar_url):
        sent = client.get(address)
        assert (sent.status_code, sent["Content-Type"]) == (200, "image/webp")
        assert "immutable" in sent["Cache-Control"]
        assert sent["X-Content-Type-Options"] == "nosniff"
    mine.post("/accounts/profile/picture/", {"remove": "1"})
    alice.refresh_from_db()
    assert alice.avatar_url == "/people/alice/avatar.svg"


def test_a_picture_that_is_none_any_more_leads_to_the_drawn_one(
    client: Client, alice: User
) -> None:
    set_picture(user=alice, file=picture())
    old = alice.avatar_url.replace(alice.picture, "0" * 16)
    answer = client.get(old)
    assert (answer.status_code, answer["Location"]) == (302, "/people/alice/avatar.svg")


def test_one_address_leads_to_the_picture_that_somebody_has_now(
    client: Client, alice: User, bob: User
) -> None:
    theirs = browser_of(bob)
    assert theirs.get("/people/alice/avatar/")["Location"] == "/people/alice/avatar.svg"
    set_picture(user=alice, file=picture())
    assert theirs.get("/people/alice/avatar/")["Location"] == alice.avatar_url
    assert theirs.get("/people/nobody/avatar/")["Location"] == "/people/nobody/avatar.svg"
    assert client.get("/people/alice/avatar/")["Location"].startswith("/accounts/login/")


def test_what_is_no_picture_is_refused_in_words(alice: User) -> None:
    mine = browser_of(alice)
    bad = SimpleUploadedFile("a.svg", b"<svg onload=alert(1)>", "image/svg+xml")
    answer = mine.post("/accounts/profile/picture/", {"picture": bad}, follow=True)
    assert "cannot be read as a picture" in answer.content.decode()
    answer = mine.post("/accounts/profile/picture/", {}, follow=True)
    assert "Choose a picture first." in answer.content.decode()
