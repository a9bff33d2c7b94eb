"""What PyInstaller has to know of llama-cpp-python: it ships no hook of its own.

``llama_cpp`` looks for its libraries beside itself, in ``llama_cpp/lib``; loadable compute backends
(``GGML_BACKEND_DL``) lie in ``bin`` beside the package, where the engine host loads them from. The
program uses the low-level functions alone: the servers and the caches stay out.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from PyInstaller.utils.hooks import collect_dynamic_libs, copy_metadata

_spec = find_spec("llama_cpp")
assert _spec is not None
assert _spec.origin is not None
_package = Path(_spec.origin).parent


def _libraries() -> list[tuple[str, str]]:
    if not sys.platform.startswith("linux"):
        return collect_dynamic_libs("llama_cpp")
    # The wheel holds each library three times, under its name, its major and its full version.
    # One copy is enough, and safer: state set in one copy is not seen in another. The name
    # without a version, which llama_cpp opens, becomes a link to it when the tree is finished.
    return [(str(path), "llama_cpp/lib") for path in sorted((_package / "lib").glob("lib*.so.0"))]


def _backends() -> list[tuple[str, str]]:
    names = ("libggml-*.so", "ggml-*.dll", "libggml-*.dylib")
    found = [path for name in names for path in sorted((_package.parent / "bin").glob(name))]
    return [(str(path), "bin") for path in found]


binaries = _libraries() + _backends()
datas = copy_metadata("llama_cpp_python")
excludedimports = ["llama_cpp.server", "transformers", "huggingface_hub", "torch"]
