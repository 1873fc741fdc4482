"""Frames as clients read them."""

from __future__ import annotations

from typing import Any

import msgspec

read_frame = msgspec.json.Decoder(dict[str, Any]).decode
