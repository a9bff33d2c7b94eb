"""Runs before the program: takes back what the frozen start put into the environment.

The libraries are found already. What this program starts (a browser, a file manager) must find
its own, not ours. An engine is this very program once more: it must begin from the beginning, and
find the libraries for itself.
"""

import os

if "LD_LIBRARY_PATH_ORIG" in os.environ:
    os.environ["LD_LIBRARY_PATH"] = os.environ.pop("LD_LIBRARY_PATH_ORIG")
else:
    os.environ.pop("LD_LIBRARY_PATH", None)
os.environ["PYINSTALLER_RESET_ENVIRONMENT"] = "1"
