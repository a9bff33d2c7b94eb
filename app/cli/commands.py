"""The commands, listed once: by their names, the modules of this package that carry them out."""

from __future__ import annotations

COMMANDS = {
    "compare": "compare",
    "batch": "batch",
    "bench": "bench",
    "shrink": "shrink",
    "quantize": "quantize",
    "convert": "convert",
    "inspect": "inspect",
    "imatrix": "imatrix",
    "quality": "quality",
    "tasks": "tasks",
    "ladder": "ladder",
    "rerun": "rerun",
    "night": "night",
    "votes": "votes",
    "history": "history",
    "search": "search",
    "files": "files",
    "fit": "fit",
    "scale": "scale",
    "whatif": "whatif",
    "get": "get",
    "models": "library",
    "remove": "remove",
    "sign-in": "sign_in",
    "servers": "servers",
    "serve": "serve",
    "devices": "devices",
}
"""In the order in which the help names them."""
