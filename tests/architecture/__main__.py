"""`python -m tests.architecture [ROOT]`: print every violation in the tree; status 1 if there is one."""

import sys
from pathlib import Path

from tests.architecture.checks import violations
from tests.architecture.source import ROOT

found = violations(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT)
for violation in found:
    print(violation)
print(f"{len(found)} violations of the walls and habits" if found else "walls and habits kept")
sys.exit(1 if found else 0)
