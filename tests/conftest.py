"""A browser and the served book, for the tests that look at the pages."""

import pytest
from browser import BOOK, UNBUILT

from tools.pages.screenshots import chromium
from tools.pages.serve import serving

# Nothing outside this machine can be reached, so a page that asks for it fails at once.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]


@pytest.fixture(scope="module")
def browser():
    """Chromium. One for each module: Playwright's event loop must not outlive it, for nbval starts its own."""
    from playwright.sync_api import sync_playwright

    path = chromium()
    if path is None:
        pytest.skip("no Chromium here: the pages were not tested in a browser (set COURSE_CHROMIUM to one)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    """Where the built book is served, with the strict policy of tools/pages/serve.py."""
    if not (BOOK / "index.html").exists():
        pytest.skip(UNBUILT)
    with serving(BOOK) as address:
        yield address
