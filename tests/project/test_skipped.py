"""The list of skipped tests, which may be a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PASSED = '<testcase classname="tests.tea" name="test_pours" />'
SKIPPED = '<testcase classname="tests.tea" name="test_steeps"><skipped message="cold"/></testcase>'


def listed(report: Path, cases: str, *, no_skips: str) -> "subprocess.CompletedProcess[str]":
    """Run the script over a report of these cases."""
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return subprocess.run(
        [sys.executable, "tests/skipped.py", str(report)],
        cwd=ROOT,
        env=os.environ | {"PARLEY_NO_SKIPS": no_skips},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("cases", "no_skips", "code"),
    [
        (PASSED + SKIPPED, "1", 1),
        (PASSED + SKIPPED, "", 0),
        (PASSED, "1", 0),
        (PASSED, "", 0),
    ],
)
def test_a_skipped_test_is_a_failure_only_where_everything_must_be_shown(
    cases: str, no_skips: str, code: int, tmp_path: Path
) -> None:
    assert listed(tmp_path / "report.xml", cases, no_skips=no_skips).returncode == code


def test_each_skipped_test_is_named_with_its_reason(tmp_path: Path) -> None:
    found = listed(tmp_path / "report.xml", PASSED + SKIPPED, no_skips="")
    assert found.stdout == "Skipped (1):\ntests.tea.test_steeps: cold\n"
