"""What freezing takes of the system beside commands, and the Debian packages that bring it."""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from pathlib import Path

import elf
from common import ROOT

sys.path.insert(0, str(ROOT))

from app import preflight

# CMake packages and headers that the Vulkan backend is compiled with.
_VULKAN = {
    "/usr/include/vulkan/vulkan.hpp": "libvulkan-dev",
    "/usr/share/cmake/SPIRV-Headers/SPIRV-HeadersConfig.cmake": "spirv-headers",
}
_FURTHER = {"libwayland-egl.so.1": "libwayland-egl1"}


def missing_libraries() -> dict[str, str]:
    """Libraries that the frozen program links or is made of: what is missing, by package."""
    packages = {
        library.soname: library.apt
        for library in (*preflight.ALWAYS, *preflight.XCB, *preflight.WAYLAND)
    } | _FURTHER
    found = {
        packages[soname]: soname
        for soname in sorted(elf.FROM_THE_SYSTEM)
        if soname in packages and not preflight.loads(soname)
    }
    return found | _missing_python()


def missing_for_vulkan() -> dict[str, str]:
    """What the Vulkan backend is compiled with and is missing, by package."""
    return {package: path for path, package in _VULKAN.items() if not Path(path).exists()}


def _missing_python() -> dict[str, str]:
    # PyInstaller takes Python as a library; Debian's python3 is a program without it.
    name = sysconfig.get_config_var("INSTSONAME") or ""
    folder = sysconfig.get_config_var("LIBDIR") or ""
    if not name.endswith((".so", ".so.1.0")) or (Path(folder) / name).exists():
        return {}
    try:
        ctypes.CDLL(name)
    except OSError:
        return {f"libpython3.{sys.version_info.minor}": name}
    return {}
