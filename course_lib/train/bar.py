"""A progress bar for what takes long, and none where nobody looks."""

import os

SILENT = ("COURSE_QUIET", "CI", "PYTEST_CURRENT_TEST")  # set by make, by CI services, by pytest
SECONDS = 2  # what is over sooner needs no bar


def progress(items, description=""):
    """Return `items`, to be iterated over under a bar that appears after two seconds and is gone at the end.

    There is no bar where COURSE_QUIET, CI or PYTEST_CURRENT_TEST is set to anything but the empty text: a bar writes to
    stderr, and the build of the book takes that for an error.
    """
    if any(os.environ.get(name) for name in SILENT):
        return items
    from tqdm.auto import tqdm  # here: a silent run needs no tqdm

    return tqdm(items, desc=description, delay=SECONDS, leave=False)
