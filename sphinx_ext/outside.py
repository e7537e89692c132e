"""What search engines, link previews and a host read: description, card, canonical address, sitemap, robots.txt, 404 page.

All addresses follow from the repository's, which stands once, in _config.yml. A reader's browser asks for none of them.
"""

import html
import re
from pathlib import Path

from docutils import nodes

LENGTH = 200  # characters of a description
GITHUB = re.compile(r"https://github\.com/([^/]+)/([^/]+?)/?\Z")
CARD = "_static/screenshot.png"
NO_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No such page: {title}</title>
</head>
<body><main>
<h1>There is no such page</h1>
<p>Chapters move when the book grows. <a href="{home}">Begin at the table of contents</a> or
<a href="{search}">search the book</a>.</p>
</main></body>
</html>
"""


def pages_address(repository):
    """Where GitHub Pages serves a repository, with a slash at the end. Raises ValueError for another host."""
    found = GITHUB.match(repository)
    if not found:
        raise ValueError(f"repository url {repository!r}: need https://github.com/owner/name, as in _config.yml")
    owner, name = found.groups()
    return f"https://{owner.lower()}.github.io/{name}/"


def description(doctree):
    """The first paragraph in plain words, cut between two words; empty where there is none. Formulas are left out."""
    for paragraph in doctree.findall(nodes.paragraph):
        words = [text.astext() for text in paragraph.findall(nodes.Text) if not isinstance(text.parent, nodes.math)]
        text = " ".join("".join(words).split())
        if text:
            return text if len(text) <= LENGTH else text[: LENGTH - 1].rsplit(" ", 1)[0] + "…"
    return ""


def set_address(app, config):
    config.html_baseurl = pages_address(config.html_theme_options["repository_url"])


def tags(title, text, address, base, book):
    """The meta elements of one page."""
    named = {"description": text} if text else {}
    named["twitter:card"] = "summary_large_image"
    card = {
        "og:type": "article",
        "og:site_name": book,
        "og:title": title,
        "og:description": text or title,
        "og:url": address,
        "og:image": base + CARD,
        "og:image:alt": f"A page of {book}",
    }
    lines = [f'<meta name="{name}" content="{html.escape(value)}">' for name, value in named.items()]
    lines += [f'<meta property="{name}" content="{html.escape(value)}">' for name, value in card.items()]
    return "\n".join(lines) + "\n"


def describe(app, pagename, templatename, context, doctree):
    if doctree is None:
        return
    title = html.unescape(re.sub(r"<[^>]*>", "", context["title"])).replace("\N{NO-BREAK SPACE}", " ")
    base = app.config.html_baseurl
    context["metatags"] += tags(title, description(doctree), f"{base}{pagename}.html", base, app.config.html_title)


def write_files(app, error):
    if error or app.builder.name != "html":
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    urls = "".join(f"<url><loc>{base}{page}.html</loc></url>\n" for page in sorted(app.env.found_docs))
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    (out / "sitemap.xml").write_text(f"{head}{urls}</urlset>\n", "utf-8")
    (out / "robots.txt").write_text(f"User-agent: *\nAllow: /\nSitemap: {base}sitemap.xml\n", "utf-8")
    links = {"home": f"{base}{app.config.root_doc}.html", "search": f"{base}search.html"}
    (out / "404.html").write_text(NO_PAGE.format(title=app.config.html_title, **links), "utf-8")
    (out / ".nojekyll").touch()  # GitHub Pages would leave out what begins with an underscore


def setup(app):
    app.connect("config-inited", set_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
