"""``python -m tests.screenshots``: draw the README's pictures anew, or all states into a folder."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
IMAGES = REPOSITORY / "docs" / "images"
_SCREEN = {"name": "screen", "x": 0, "y": 0, "width": 2560, "height": 1600, "dpr": 1}
_DPI = {"dpi": 96, "logicalDpi": 96, "logicalBaseDpi": 96}


def main() -> int:
    """Take the pictures in processes of their own: scale and folders are settled at their start."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIR", help="every state, size and theme")
    parser.add_argument("--only", default="", metavar="SCENES", help="names, with commas between")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shrinkscope-pictures-") as folder:
        if arguments.all is None:
            return _take(Path(folder), IMAGES, "readme", 1, arguments.only)
        status = 0
        for scale in (1, 2):
            target = arguments.all.absolute()
            status |= _take(Path(folder), target, "all", scale, arguments.only)
        return status


def _take(folder: Path, target: Path, which: str, scale: int, only: str) -> int:
    screen = folder / "screen.json"
    screen.write_text(json.dumps({"screens": [_SCREEN | _DPI]}))
    home = folder / f"home-{scale}"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "QT_"))
    } | {
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
        "QT_SCALE_FACTOR": str(scale),
        "SHRINKSCOPE_HOME": str(home),
        "HOME": str(home),
        "OMP_WAIT_POLICY": "passive",  # pictures are taken on busy machines too
    }
    target.mkdir(parents=True, exist_ok=True)
    words = [sys.executable, "-m", "tests.screenshots.shoot", which, str(target), str(scale), only]
    return subprocess.run(words, cwd=REPOSITORY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
