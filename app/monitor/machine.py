"""What this PC is: the facts that stand beside every measurement."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil

from app.monitor.gpu import GpuReader


@dataclass(frozen=True, slots=True)
class GpuFacts:
    """A GPU's name and built-in memory."""

    name: str
    memory_total_bytes: int


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """This PC, in plain values.

    Attributes:
        cpu: Name of the processor.
        physical_cores: Cores of the processor; None where the system does not tell.
        logical_cores: Threads that they run at once; None likewise.
        memory_total_bytes: The PC's memory.
        os: Name and version of the operating system.
        python: Version of the Python that runs the program.
        gpus: The GPUs that NVML finds.
        power: "mains" or "battery"; None for a PC without a battery or an unknown state.
    """

    cpu: str
    physical_cores: int | None
    logical_cores: int | None
    memory_total_bytes: int
    os: str
    python: str
    gpus: tuple[GpuFacts, ...]
    power: str | None


def machine_facts() -> MachineFacts:
    """Look at this PC; takes some milliseconds. Any thread."""
    with GpuReader() as reader:
        gpus = tuple(GpuFacts(gpu.name, gpu.memory_total_bytes) for gpu in reader.read())
    return MachineFacts(
        cpu=_cpu_name(),
        physical_cores=psutil.cpu_count(logical=False),
        logical_cores=psutil.cpu_count(logical=True),
        memory_total_bytes=total_memory_bytes(),
        os=_os_name(),
        python=platform.python_version(),
        gpus=gpus,
        power=_power_source(),
    )


def physical_core_count() -> int:
    """Cores to divide among the engines, at least one; threads where cores are not told."""
    return psutil.cpu_count(logical=False) or os.cpu_count() or 1


def processor_facts() -> tuple[str, str]:
    """The processor's name and the instruction sets that the system says it has.

    The sets are empty where the system names none; a virtual machine may give other ones at its
    next start.
    """
    if not sys.platform.startswith("linux"):
        return _cpu_name(), ""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _cpu_name(), ""
    keys = ("flags", "features")
    lines = (line.partition(":") for line in text.splitlines())
    sets = next((value for key, _, value in lines if key.strip().lower() in keys), "")
    return _cpu_name(), " ".join(sorted(sets.split()))


def total_memory_bytes() -> int:
    """This PC's memory. Any thread."""
    return psutil.virtual_memory().total


def available_memory_bytes() -> int:
    """What programs could take now without swapping. Any thread."""
    return psutil.virtual_memory().available


def _cpu_name() -> str:
    if sys.platform == "linux":
        name = _linux_cpu_name()
    elif sys.platform == "darwin":
        name = _macos_cpu_name()
    elif sys.platform == "win32":
        name = _windows_cpu_name()
    else:
        name = ""
    return " ".join((name or platform.processor() or platform.machine()).split())


def _linux_cpu_name() -> str:
    """The first name in /proc/cpuinfo; ARM kernels give none, but boards name their model."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    lines = (line.partition(":") for line in text.splitlines())
    facts = {key.strip(): value.strip() for key, _, value in lines}
    return facts.get("model name") or facts.get("Model") or facts.get("Hardware") or ""


def _macos_cpu_name() -> str:
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _windows_cpu_name() -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    place = r"HARDWARE\DESCRIPTION\System\CentralProcessor\0"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, place) as key:
            return str(winreg.QueryValueEx(key, "ProcessorNameString")[0])
    except OSError:
        return ""


def _os_name() -> str:
    if sys.platform == "linux":
        try:
            name = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            name = "Linux"
        return f"{name}, kernel {platform.release()}"
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()} ({platform.version()})"


def _power_source() -> str | None:
    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, psutil.Error):
        return None
    if battery is None:
        return None
    # psutil gives None here as well when the state is unknown.
    return {True: "mains", False: "battery"}.get(battery.power_plugged)
