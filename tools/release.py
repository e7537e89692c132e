"""Write the repository's address, or the ref that Colab installs from, wherever it stands.

usage: python -m tools.release OWNER/NAME      make address REPO=owner/name
       python -m tools.release --ref REF       make release REF=v1.0

The present values are those of _config.yml. The site's address follows from the repository's: owner.github.io/name.
"""

import argparse
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
# The only files that may hold the address; a test looks for it in all others.
PLACES = (
    "_config.yml",
    "README.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "book/index.md",
    "book/*.ipynb",
    "solutions/*.ipynb",
    "exercises/*.ipynb",
    ".github/workflows/*.yml",
)
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+")
REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def present(root=ROOT):
    """The repository (owner/name) and the ref that _config.yml holds."""
    repository = yaml.safe_load((root / "_config.yml").read_text("utf8"))["repository"]
    return repository["url"].removeprefix("https://github.com/"), repository["branch"]


def site(repository):
    """Where GitHub Pages publishes a repository, without https://."""
    owner, name = repository.split("/")
    return f"{owner}.github.io/{name}"


def readdressed(text, old, new):
    """The text with another repository: its own address, and its site's."""
    for before, after in ((old, new), (site(old), site(new))):
        text = re.sub(rf"(?<![\w.-]){re.escape(before)}(?=\.git\b|(?!\.?[\w-]))", after, text)
    return text


def rereferred(text, repository, old, new):
    """The text with another ref: in what pip installs, in links to files, and in _config.yml."""
    text = re.sub(rf"({re.escape(repository)}(?:\.git)?@){re.escape(old)}(?![\w.-]*\w)", rf"\g<1>{new}", text)
    text = re.sub(rf"({re.escape(repository)}/(?:blob|tree|raw)/){re.escape(old)}(?=/)", rf"\g<1>{new}", text)
    return re.sub(rf"(?m)^(  branch: ){re.escape(old)}$", rf"\g<1>{new}", text)


def rewrite(change, root=ROOT):
    """Apply `change` to the text of every place; return the paths of those that it changed."""
    changed = []
    for path in sorted(path for place in PLACES for path in root.glob(place)):
        before = path.read_text("utf8")
        after = change(before)
        if after != before:
            path.write_text(after, "utf8")
            changed.append(path.relative_to(root).as_posix())
    return changed


def main(arguments=None, root=ROOT):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", help="owner/name on GitHub: make address REPO=owner/name")
    parser.add_argument("--ref", help="branch or tag that Colab installs from: make release REF=v1.0")
    options = parser.parse_args(arguments)
    if (options.repository is None) == (options.ref is None):
        parser.error("give the repository (make address REPO=owner/name) or the ref (make release REF=v1.0)")
    repository, ref = present(root)
    if options.ref is None:
        if not REPOSITORY.fullmatch(options.repository):
            parser.error(
                f"the repository is {options.repository!r}; write it as owner/name, without https://github.com/"
            )
        changed = rewrite(lambda text: readdressed(text, repository, options.repository), root)
    else:
        if not REF.fullmatch(options.ref):
            parser.error(f"the ref is {options.ref!r}; name a branch or a tag, as in v1.0")
        changed = rewrite(lambda text: rereferred(text, repository, ref, options.ref), root)
    for name in changed:
        print(f"wrote {name}")
    if not changed:
        print("nothing to change: that is the present value")
    return 0


if __name__ == "__main__":
    sys.exit(main())
