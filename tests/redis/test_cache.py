"""The cache: empty without Redis, never an error."""

from pathlib import Path

import pytest

from project.cache import FailOpenClient, FailOpenRedisCache
from project.valkey import EmbeddedValkey, url
from tests.harness.correspondent import PATIENCE


@pytest.fixture
def cache(tmp_path: Path) -> FailOpenRedisCache:
    return FailOpenRedisCache([url(tmp_path)], {"OPTIONS": {"socket_timeout": PATIENCE}})


def test_it_keeps_what_it_is_given(cache: FailOpenRedisCache, tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path):
        cache.set("name", ["alice"])
        assert cache.get("name") == ["alice"]
        assert not cache.add("name", ["bob"])
        assert cache.incr("name") if cache.delete("name") and cache.add("name", 1) else False


def test_without_redis_it_is_empty_and_takes_everything(cache: FailOpenRedisCache) -> None:
    cache.set("name", "alice")
    assert cache.get("name", "nobody") == "nobody"
    assert cache.add("name", "alice")
    assert cache.get_many(["name"]) == {}
    assert not cache.has_key("name")
    assert not cache.touch("name")
    assert not cache.delete("name")
    assert cache.set_many({"name": "alice"}) == []
    cache.delete_many(["name"])
    cache.clear()
    with pytest.raises(ValueError, match="not found"):
        cache.incr("name")


def test_a_redis_that_is_away_is_not_asked_again_at_once(
    cache: FailOpenRedisCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("project.cache.PAUSE", 600.0)  # Redis may need some time to start
    assert cache.get("name") is None
    with EmbeddedValkey(tmp_path):
        cache.set("name", "alice")
        assert cache.get("name") is None
        client = cache._cache
        assert isinstance(client, FailOpenClient)
        client._away_until = 0.0
        cache.set("name", "alice")
        assert cache.get("name") == "alice"


def test_it_survives_a_restart_of_redis_between_two_uses(
    cache: FailOpenRedisCache, tmp_path: Path
) -> None:
    with EmbeddedValkey(tmp_path):
        cache.set("name", "alice")
    with EmbeddedValkey(tmp_path):
        cache.set("name", "bob")
        assert cache.get("name") == "bob"
