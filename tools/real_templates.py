"""Fetch the chat templates of real models that the tests render, out of the engine's source.

    .venv/bin/python tools/real_templates.py

They are other people's work: the repository has digests of them alone. Set-up for the tests runs
this; it does nothing where they are there. Standard library only.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.engine.installed import pinned_version  # noqa: E402  (found by the line above)
from tools.build_engine import alone  # noqa: E402
from tools.engine_wheel import real_templates  # noqa: E402
from tools.machine import SetupError  # noqa: E402
from tools.pip_output import Progress  # noqa: E402


def main() -> int:
    """Fetch them; the exit status is 0 when they are there."""
    shown = Progress()
    try:
        with alone(shown.take):
            folder = real_templates(pinned_version(), shown.take)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        shown.finish()
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
