"""`python -m comparison.load`: reads a job, says "ready", waits for a line, works, tells.

It prints a line a piece: "ready", "progress 0.35", and at the end the outcome as JSON.
"""

from __future__ import annotations

import sys
from time import perf_counter

import msgspec

from comparison.dialects import DIALECTS

from .crowd import Astray, Crowd, Stage
from .job import Job, Outcome
from .talk import Talk

TOLD_EVERY = 0.1  # seconds
WARM_UP_PART = 10  # of those who come in, one in so many does before it counts


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Progress:
    """Tells how far it is, now and then."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, share: float) -> None:
        if perf_counter() >= self._next:
            self._next = perf_counter() + TOLD_EVERY
            tell(f"progress {min(share, 1.0):.3f}")


def wait_for_the_word() -> None:
    tell("ready")
    sys.stdin.readline()


def work(crowd: Crowd, job: Job) -> Outcome:
    """Come as far as the job begins, wait for the word, do it."""
    progress, quiet = Progress(), lambda share: None
    if job.act == "talk":
        crowd.bring(Stage.WELCOMED, at_once=job.at_once, progress=quiet)
        crowd.bring(Stage.JOINED, at_once=job.at_once, progress=quiet)
        talk = Talk(crowd, DIALECTS[job.dialect], job)
        warmed = talk.hold(job.warm_up, quiet)
        wait_for_the_word()
        return warmed if warmed.astray else talk.hold(job.seconds, progress)
    stage = Stage.WELCOMED
    if job.act == "join":
        crowd.bring(Stage.WELCOMED, at_once=job.at_once, progress=quiet)
        stage = Stage.JOINED
    # The first make the server load what it needs; the others count.
    first = crowd.lines[: len(crowd.lines) // WARM_UP_PART]
    crowd.bring(stage, at_once=job.at_once, progress=quiet, lines=first)
    wait_for_the_word()
    began = perf_counter()
    came_in = crowd.bring(stage, at_once=job.at_once, progress=progress)
    return Outcome(seconds=perf_counter() - began, came_in=came_in)


def main() -> None:
    job = msgspec.json.decode(sys.stdin.readline(), type=Job)
    crowd = Crowd(DIALECTS[job.dialect], job.address, job.seats)
    try:
        outcome = work(crowd, job)
    except Astray as error:
        outcome = Outcome(seconds=0.0, astray=[str(error)])
    tell(msgspec.json.encode(outcome).decode())
    # Nobody leaves before it was measured who is there.
    sys.stdin.readline()
    crowd.close()


if __name__ == "__main__":
    main()
