"""Print the path of a Node for the JavaScript tests: the system's, or the one in playwright."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import playwright

OLDEST = 20


def system_node() -> str | None:
    node = shutil.which("node")
    if node is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = re.match(r"v(\d+)", version.stdout)
    return node if number and int(number[1]) >= OLDEST else None


def bundled_node() -> str:
    return str(Path(playwright.__file__).parent / "driver" / "node")


if __name__ == "__main__":
    sys.stdout.write(system_node() or bundled_node())
