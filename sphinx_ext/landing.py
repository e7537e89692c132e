"""What the landing page is made of, as directives: the door to the first chapter, a live figure, the map of the steps.

    ```{start}                 ```{live-figure}                                        ```{steps}
    No GPU, no account.        from course_lib.figures.momentum import MomentumFigure  Define the problem
    ```                        MomentumFigure(lr=0.04, beta=0.8)                       …, a line for each of the eight
                               ```                                                     ```

Which chapters there are, their steps and times are read from the chapters. `progress.js` marks what the reader finished.
"""

import ast
import html
from pathlib import Path

from docutils import nodes
from live_figures import LiveFigures
from markup import markup
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from tools.pages.chapters import STEPS, chapters

PAGE = "book/index"


def duration(minutes):
    """Minutes as people say them: 45 minutes, 2 h, 2 h 30."""
    hours, rest = divmod(minutes, 60)
    return f"{minutes} minutes" if minutes < 120 else f"{hours} h {rest:02d}" if rest else f"{hours} h"


def chapter_row(chapter):
    """A chapter in the map: its title, its question, its time."""
    title, question = html.escape(chapter.title), html.escape(chapter.question)
    return (
        f'<li><a class="chapter" href="{chapter.slug}.html" data-chapter="{chapter.slug}">'
        f'<span class="chapter-title">{title}</span> <span class="chapter-time">{duration(chapter.minutes)}</span> '
        f'<span class="chapter-question">{question}</span></a></li>'
    )


def rows(found, step):
    return "".join(chapter_row(chapter) for chapter in found if chapter.step == step)


def map_of(steps, found):
    """The map as HTML: what comes before the first step, then the steps, those without a chapter quietly."""
    items = []
    for number, words in enumerate(steps, start=1):
        inside = rows(found, number)
        below = f"<ul>{inside}</ul>" if inside else '<p class="step-empty">in preparation</p>'
        items.append(
            f'<li class="step{"" if inside else " is-empty"}"><p class="step-name">{html.escape(words)}</p>{below}</li>'
        )
    total = duration(sum(chapter.minutes for chapter in found))
    return (
        f'<div class="course-map" data-total="{len(found)}"><ul class="before-steps">{rows(found, 0)}</ul>'
        f'<ol class="steps">{"".join(items)}</ol></div>\n'
        f'<p class="course-total">{len(found)} chapters so far, {total} with their exercises.</p>\n'
        '<p class="course-progress" hidden><span></span> <button type="button">Forget my progress</button></p>\n'
    )


class Start(SphinxDirective):
    """The door to the first chapter, with the words beside it."""

    has_content = True

    def run(self):
        first = chapters(self.env.srcdir)[0]
        beside = html.escape(" ".join(self.content))
        door = f'<a class="door first" id="start" href="{first.slug}.html">Start: {html.escape(first.title)}</a>'
        note = f'<span class="door-note">{duration(first.minutes)}. {beside}</span>'
        return [markup(html=f'<p class="doors">{door} {note}</p>\n')]


class Steps(SphinxDirective):
    """The map: a line of the content names a step."""

    has_content = True

    def run(self):
        steps = [line for line in self.content if line.strip()]
        if len(steps) != STEPS:
            raise self.error(f"the map has {STEPS} steps, here are {len(steps)}")
        for path in Path(self.env.srcdir, "book").glob("*.ipynb"):
            self.env.note_dependency(str(path))
        return [markup(html=map_of(steps, chapters(self.env.srcdir)))]


class placed_figure(nodes.General, nodes.Element):
    """A live figure that stands outside a notebook; its code makes it, as in a cell."""


class PlacedFigure(SphinxDirective):
    """Python whose last line is a figure of course_lib.figures."""

    has_content = True

    def run(self):
        return [placed_figure(code="\n".join(self.content))]


def made_by(code):
    """The value of the last line of some Python."""
    *before, last = ast.parse(code).body
    names = {}
    exec(compile(ast.Module(before, []), "live-figure", "exec"), names)
    return eval(compile(ast.Expression(last.value), "live-figure", "eval"), names)


class PlacedFigures(LiveFigures):
    """Show the placed figures of a page as those of a notebook are shown."""

    default_priority = LiveFigures.default_priority + 1

    def run(self, **kwargs):
        self.scripts, self.styles, self.figures = [], [], 0
        for node in list(self.document.findall(placed_figure)):
            state = made_by(node["code"]).get_state()
            if "_esm" not in state:
                raise ExtensionError(f"{self.env.docname}: a live figure needs anywidget (it is in requirements.lock)")
            entry = {"state": state, "model_name": state["_model_name"], "model_module": state["_model_module"]}
            node.replace_self(markup(html=f'<div class="placed-figure">{self.figure(entry)}</div>\n'))
        if self.scripts:
            self.document["live_figures"] = {"scripts": self.scripts, "styles": self.styles}


def page_script(app, pagename, templatename, context, doctree):
    if pagename == PAGE or Path(app.srcdir, f"{pagename}.ipynb").exists() and pagename.startswith("book/"):
        app.add_js_file("progress.js", loading_method="defer")


def setup(app):
    app.add_directive("start", Start)
    app.add_directive("steps", Steps)
    app.add_directive("live-figure", PlacedFigure)
    app.add_node(placed_figure)
    app.add_post_transform(PlacedFigures)
    app.connect("html-page-context", page_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
