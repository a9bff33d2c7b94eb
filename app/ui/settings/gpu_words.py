"""Whether a GPU of this PC is used, and if not, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.lab.engines.hello import gpus_of
from app.ui.kit.words.text import translate

if TYPE_CHECKING:
    from app.engine.protocol.loading import Hello

_GPU_BACKENDS = frozenset({"cuda", "rocm", "hip", "metal", "mtl", "vulkan", "sycl", "opencl"})


def gpu_words(hello: Hello) -> str:
    """One sentence on what an engine found."""
    gpus = gpus_of(hello)
    known = [name for name in hello.backends if name.lower() in _GPU_BACKENDS]
    if gpus:
        names = ", ".join(gpu.description or gpu.name for gpu in gpus)
        return translate("Gpu", "Models are computed on {names}.").format(names=names)
    if known:
        return translate(
            "Gpu",
            "The engine has {backends} and found no GPU that it can use: is the driver installed?",
        ).format(backends=", ".join(known))
    return translate("Gpu", "This build of the engine computes on the processor alone.")
