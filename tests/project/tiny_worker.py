"""A worker for test_supervisor.py: all that a supervisor sees of one, without a server.

A folder (TINY_WORKERS) says how it shall behave, and learns of every worker that was started.
"""

import json
import os
import select
import signal
import socket
import sys
from pathlib import Path

folder = Path(os.environ["TINY_WORKERS"])
(folder / f"started-{os.getpid()}").touch()
if (folder / "broken").exists():
    sys.exit(3)
if (folder / "deaf").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
control = socket.socket(fileno=json.loads(sys.argv[1])["control"])
while (folder / "slow").exists():
    select.select([], [], [], 0.01)
control.send(b"!")
(folder / f"ready-{os.getpid()}").touch()
control.recv(1)
(folder / f"alone-{os.getpid()}").touch()
