"""These tests need a process whose device pretends to be a GPU (tools/pretend): `make pretend` makes one.

So does tests/house/test_pretend.py, by which `make test` runs them.
"""

from course_lib import seed
from tools.notebooks.environment import PRETEND

collect_ignore_glob = [] if set(PRETEND) & set(seed.DEVICES) else ["test_*.py"]
