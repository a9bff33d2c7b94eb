"""What other programs use, beside an engine and this one."""

from __future__ import annotations

import subprocess
import sys

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


def test_the_engine_itself_is_none_of_the_others() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.read(1)
            begin, of_it = others_use(process.pid), others_use(1)
            begin_alone = psutil.Process(process.pid).cpu_times().user
            while psutil.Process(process.pid).cpu_times().user - begin_alone < 0.5:
                pass
            end, after = others_use(process.pid), others_use(1)
        finally:
            process.kill()
    assert begin is not None
    assert end is not None
    if of_it is None or after is None:
        pytest.skip("the first process is not told here")
    beside = after.busy_seconds - of_it.busy_seconds
    assert beside - (end.busy_seconds - begin.busy_seconds) == pytest.approx(0.5, abs=0.2)


def test_child_processes_are_none_of_the_others() -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.read(1)
            begin, of_it = others_use_beside_family(), others_use(1)
            begin_alone = psutil.Process(process.pid).cpu_times().user
            while psutil.Process(process.pid).cpu_times().user - begin_alone < 0.5:
                pass
            end, after = others_use_beside_family(), others_use(1)
        finally:
            process.kill()
    if begin is None or end is None or of_it is None or after is None:
        pytest.skip("this system does not tell")
    beside = after.busy_seconds - of_it.busy_seconds
    assert beside - (end.busy_seconds - begin.busy_seconds) == pytest.approx(0.5, abs=0.2)
