"""The bucket that says when somebody is too quick."""

from hypothesis import given
from hypothesis import strategies as st

from chat.limits import TokenBucket


def bucket() -> TokenBucket:
    return TokenBucket(rate=2, burst=3, now=100.0)


def test_a_burst_passes_and_the_next_one_waits() -> None:
    some = bucket()
    assert [some.take(100.0) for _ in range(4)] == [0, 0, 0, 0.5]


def test_who_waits_as_told_passes() -> None:
    some = bucket()
    for _ in range(3):
        some.take(100.0)
    wait = some.take(100.0)
    assert some.take(100.0 + wait) == 0
    assert some.take(100.0 + wait) > 0


def test_asking_in_vain_costs_nothing() -> None:
    some = bucket()
    for _ in range(50):
        some.take(100.0)
    assert some.take(100.5) == 0


def test_a_long_rest_earns_one_burst_and_no_more() -> None:
    some = bucket()
    assert [some.take(10_000.0) for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.floats(0, 3), max_size=60), st.floats(0.1, 20), st.integers(1, 10))
def test_never_more_passes_than_rate_and_burst_allow(
    pauses: list[float], rate: float, burst: int
) -> None:
    some = TokenBucket(rate=rate, burst=burst, now=0.0)
    now, passed = 0.0, 0
    for pause in pauses:
        now += pause
        passed += some.take(now) == 0
    assert passed <= burst + now * rate + 1e-6
