"""Photograph every page of the built book, whole: light, dark and on a phone.

usage: screenshots.py [--folder _build/html] [--out _build/screenshots] [PAGE ...]

For people to look at; nothing compares the pictures.
"""

import argparse
import os
import shutil
import sys
from pathlib import Path

from tools.pages.serve import ROOT, serving

VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
}
NAMES = ("chromium", "chromium-browser", "google-chrome")

# A section of a phone's page waits until it comes near (see phone.css); a photo of the whole page has them all.
LAID_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { content-visibility: visible !important }");
  document.adoptedStyleSheets.push(sheet);
}"""


def chromium():
    """The path of the browser: COURSE_CHROMIUM, or the first of the usual names; None where there is none."""
    return os.environ.get("COURSE_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def pages(folder):
    """The pages of a built book, as paths relative to it, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html") if "_static" not in path.parts)


def settled(page):
    """Wait until fonts and pictures are there, those too that the page asks for only when the reader comes near."""
    page.evaluate("""() => {
      for (const image of document.images) image.loading = "eager";
      const pictures = [...document.images].map(image => image.decode().catch(() => null));
      return Promise.all([document.fonts.ready, ...pictures]);
    }""")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--out", type=Path, default=ROOT / "_build" / "screenshots")
    parser.add_argument("page", nargs="*", help="pages such as book/13-momentum.html (default: all)")
    given = parser.parse_args()
    from playwright.sync_api import sync_playwright  # here: the tests without a browser read this module, too

    if chromium() is None:
        sys.exit(f"No browser: install Chromium, or set COURSE_CHROMIUM to one (looked for {', '.join(NAMES)})")
    given.out.mkdir(parents=True, exist_ok=True)
    with serving(given.folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for view, settings in VIEWS.items():
            context = browser.new_context(**settings)
            tab = context.new_page()
            for name in given.page or pages(given.folder):
                tab.goto(address + name)
                tab.evaluate(LAID_OUT)
                settled(tab)
                path = given.out / f"{name.removesuffix('.html').replace('/', '-')}-{view}.png"
                tab.screenshot(path=path, full_page=True)
                print(path)
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
