"""Keeps graphics drivers out of engines on PCs that have no GPU."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from pathlib import Path

# What a GPU is reached through: direct rendering, NVIDIA's own driver, Windows' GPU under WSL.
_NODES = ("dri/renderD*", "nvidia0", "nvidiactl", "dxg")
_CHOSEN = "GGML_VK_VISIBLE_DEVICES"
_LOADER_SWITCH = "VK_LOADER_DRIVERS_DISABLE"


def spare_drivers(
    environ: MutableMapping[str, str] = os.environ,
    *,
    devices: Path = Path("/dev"),
    system: str = sys.platform,
) -> None:
    """Tell the Vulkan loader to load no driver where Linux has no GPU to drive.

    Without one it would still load Mesa's software driver into every engine (60 MB and 0.2 s, for
    a device that llama.cpp then ignores). Whoever names devices in ``GGML_VK_VISIBLE_DEVICES``
    wants them, software or not.
    """
    if not system.startswith("linux") or environ.get(_CHOSEN):
        return
    if not any(found for pattern in _NODES for found in devices.glob(pattern)):
        environ.setdefault(_LOADER_SWITCH, "*")
