"""What Parley is measured beside does what it is there for: whoever is in the room hears it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from comparison.lineup import broadcast, tutorial
from comparison.load.job import Job, Seat
from comparison.load.process import Load
from comparison.servers import Reference


@pytest.mark.parametrize("reference", [broadcast, tutorial])
def test_everything_said_is_heard_by_everybody_in_the_room(
    reference: Callable[[Path], Reference], tmp_path: Path
) -> None:
    server = reference(tmp_path)
    server.prepare()
    seats = [Seat(room, speaks=speaks) for room in ("tea", "coffee") for speaks in (True, False)]
    with server.serving() as running:
        job = Job(running.address, server.dialect, "talk", seats, seconds=0.3, warm_up=0.1)
        with Load(job) as load:
            load.ready()
            outcome = load.go(lambda share: None)
    assert outcome.said >= 2
    assert outcome.deliveries == 2 * outcome.said
