"""The composition root: the only package that may name every domain.

It wires domains into one deployment (settings, URLs, typed clients, local processes) and holds no
business rule. `platform/` is a folder, never a package: a package of that name would hide the
standard library's `platform` module, so the folder is put on sys.path instead.
"""

import sys
from pathlib import Path

PLATFORM = str(Path(__file__).resolve().parent.parent / "platform")
if PLATFORM not in sys.path:
    sys.path.insert(1, PLATFORM)
