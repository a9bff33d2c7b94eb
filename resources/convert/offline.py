"""Runs llama.cpp's converter: ``offline.py CONVERTER WORDS…``, in the converter's own environment.

The converter asks Transformers for tokenizers with ``trust_remote_code``, which would run Python
files that lie beside the weights. Here nothing is trusted, and nothing reaches the network.
"""

import ctypes
import runpy
import signal
import sys
from pathlib import Path


def _refuse_network(event: str, _arguments: object) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        raise OSError("the network is not used while converting")


def _trust_nothing() -> None:
    from transformers import dynamic_module_utils

    usual = dynamic_module_utils.resolve_trust_remote_code

    def resolve(_trusted: object, *arguments: object, **named: object) -> object:
        return usual(False, *arguments, **named)

    def refuse(*_arguments: object, **_named: object) -> object:
        raise ValueError("it would have to execute the code beside the weights")

    # Before the modules are imported that take these names from there.
    dynamic_module_utils.resolve_trust_remote_code = resolve
    dynamic_module_utils.get_class_from_dynamic_module = refuse


def main() -> None:
    """Harden this process, and let the converter run in it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # it ends with who started it
    sys.addaudithook(_refuse_network)
    _trust_nothing()
    converter = Path(sys.argv[1])
    sys.argv = sys.argv[1:]
    sys.path.insert(0, str(converter.parent))
    runpy.run_path(str(converter), run_name="__main__")


main()
