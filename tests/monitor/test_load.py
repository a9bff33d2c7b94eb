"""What other programs use, beside an engine and this one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest

from app.monitor.load import OthersUse, others_use, others_use_beside_family

BUSY = "import sys; sys.stdout.write('.'); sys.stdout.flush()\nwhile True: pass"


def test_cores_in_use_between_two_readings() -> None:
    assert OthersUse(12.0, 105.0).cores_since(OthersUse(10.0, 102.0)) == pytest.approx(1.5)
    assert OthersUse(12.0, 101.9).cores_since(OthersUse(10.0, 102.0)) == 0
    assert OthersUse(10.0, 102.0).cores_since(OthersUse(10.0, 102.0)) == 0


def test_a_process_that_is_gone_is_not_told() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert others_use(process.pid) is None


def taken_and_left_out(read: Callable[[int], OthersUse | None]) -> tuple[float, float]:
    """Seconds that a busy child has used meanwhile, and by how much less is read than of all."""
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        child = psutil.Process(process.pid)

        def look() -> tuple[float, float, float]:
            begin = time.monotonic()
            used, found, every = child.cpu_times(), read(process.pid), others_use(1)
            if found is None or every is None:
                pytest.skip("this system does not tell")
            apart_s = every.busy_seconds - found.busy_seconds
            return time.monotonic() - begin, used.user + used.system, apart_s

        def looked() -> tuple[float, float]:
            """All at one moment, as far as this PC does nothing else meanwhile."""
            _, used_s, apart_s = min(look() for _ in range(20))
            return used_s, apart_s

        try:
            assert process.stdout is not None
            process.stdout.read(1)
            begin_s, begin_apart_s = looked()
            while sum(child.cpu_times()[:2]) - begin_s < 0.5:
                pass
            end_s, end_apart_s = looked()
        finally:
            process.kill()
    return end_s - begin_s, end_apart_s - begin_apart_s


def test_the_engine_itself_is_none_of_the_others() -> None:
    taken_s, left_out_s = taken_and_left_out(others_use)
    assert left_out_s == pytest.approx(taken_s, abs=0.1)


def test_child_processes_are_none_of_the_others() -> None:
    taken_s, left_out_s = taken_and_left_out(lambda _pid: others_use_beside_family())
    assert left_out_s == pytest.approx(taken_s, abs=0.1)
