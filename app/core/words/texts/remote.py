"""What is said of engines elsewhere: how a request to a server went."""

# fmt: off

from __future__ import annotations

TEXTS: dict[str, str] = {
}
