"""Name the tests that were skipped, from the reports of pytest given as arguments."""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree


def skipped(report: Path) -> list[str]:
    """Return a line for every skipped test: its name and why."""
    return [
        f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}"
        for case in ElementTree.parse(report).iter("testcase")
        if (skip := case.find("skipped")) is not None
    ]


if __name__ == "__main__":
    lines = [line for name in sys.argv[1:] for line in skipped(Path(name))]
    heading = f"Skipped ({len(lines)}):" if lines else "Nothing was skipped."
    sys.stdout.write("\n".join([heading, *lines]) + "\n")
    # Where everything must be shown, a test that did not run is one that failed.
    sys.exit(bool(lines) and os.environ.get("PARLEY_NO_SKIPS") == "1")
