"""Make of the notebooks in exercises/ and solutions/ what a reader of the page needs.

Both: each task gets its number within the chapter, a label of its kind and minutes, and a link to its other half; its
anchor is the id of its cell. Exercises, where nothing runs: doors to Colab and to the file at the top, and for each
*predict* exercise a box that checks an answer in the page. Solutions: the code of a bug stands open, everything else that
answers is one fold for each task, without the generator's markers.
"""

import html
import re
from pathlib import Path

import nbformat
from docutils import nodes
from markup import fold, markup
from sphinx.errors import ExtensionError

from tools.notebooks.exercises import BLOCK, tasks, without_solution
from tools.pages.answer_boxes import IN_PERCENT, boxes

MARKER = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[^\n]*\n?", re.M)
BUG = re.compile(r"^ *### BEGIN BUG\n.*?^ *### END BUG\n", re.M | re.S)
SUMMARY = {"predict": "Our answer, and why", "build": "Our solution", "find the bug": "The repair"}
COLAB = "{colab}/github/{repository}/blob/{branch}/{docname}.ipynb"


def is_task(section):
    """Whether a section begins as a task does: its title, then a bold "Exercise (…)."."""
    first = section.children[1] if len(section.children) > 1 else None
    return isinstance(first, nodes.paragraph) and re.match(r"Exercise \([a-z ]+, \d+ minutes?\)\.", first.astext())


def is_code(node, nb_element="cell_code"):
    return isinstance(node, nodes.container) and node.get("nb_element") == nb_element


def label(task, other):
    """The line under a task's title: its kind, its minutes, and the way to its other half."""
    where, words = other
    kind, minutes = task.kind.capitalize(), f"{task.minutes} minute{'s' * (task.minutes != 1)}"
    return markup(
        html=f'<p class="task-label"><span class="task-kind">{kind}</span> <span class="task-minutes">{minutes}</span> '
        f'<a href="{where}">{words}</a></p>\n'
    )


def name_task(section, task, number, other):
    """Number the title and put the label in the place of the bold words that the notebook has."""
    section.children[0].insert(0, nodes.Text(f"Exercise {number}: "))
    section["ids"].insert(0, task.id)
    first = section.children[1]
    bold = first.first_child_matching_class(nodes.strong)
    first[: bold + 2] = [nodes.Text(first.children[bold + 1].astext().lstrip())]
    section.insert(1, label(task, other))


def answer_box(name, box):
    """The form of an answer box: hidden until its script runs, which knows the answer as a hash only."""
    if box is None:
        return '<p class="answer-note">This answer is made of names, so only the check in the notebook reads it.</p>\n'
    fields = "".join(
        f'<label>{html.escape(words.removesuffix(" here").capitalize())} <input type="text" inputmode="text" '
        f'autocomplete="off" autocapitalize="off" spellcheck="false" data-offset="{offset}" data-width="{width}"'
        f"{' data-percent' if IN_PERCENT in words else ''}></label> "
        for words, (offset, width) in zip(box.labels, box.cells, strict=True)
    )
    return (
        f'<form class="answer-box" hidden data-salt="{box.salt}" data-digest="{box.digest}" data-task="{name}">{fields}'
        '<button type="submit">Check</button><p class="verdict" role="status"></p></form>\n'
        "<noscript><p>With JavaScript a box here checks your answer.</p></noscript>\n"
    )


def doors(options, docname):
    """The ways from an exercise page to a place where its code runs."""
    colab = COLAB.format(
        colab=options["launch_buttons"]["colab_url"].rstrip("/"),
        repository=options["repository_url"].removeprefix("https://github.com/").strip("/"),
        branch=options["repository_branch"],
        docname=docname,
    )
    file = f"../_sources/{docname}.ipynb"
    return markup(
        html=f'<p class="doors"><a class="door first" href="{colab}">Open in Colab</a> '
        f'<a class="door" href="{file}" download>Download the notebook</a></p>\n'
    )


def without_markers(source):
    """The source of a solution as a page shows it: neither markers nor the bug, which stands above it."""
    return MARKER.sub("", BUG.sub("", source)).rstrip("\n")


def clean(cell):
    """Show the code of a cell that holds a solution as it is, not folded a second time."""
    for name in ("hide_mode", "prompt_show", "prompt_hide"):
        cell.attributes.pop(name, None)
    for block in list(cell.findall(nodes.literal_block)):
        if BLOCK.search(block.rawsource + "\n"):
            text = without_markers(block.rawsource)
            block.replace_self(nodes.literal_block(text, text, **block.attributes))


def fold_solution(section, task):
    """Fold what answers a task; the code of a bug, as the learner gets it, stays above the fold."""
    start = next((i for i, node in enumerate(section.children) if is_code(node)), None)
    if start is None:
        raise ExtensionError(f"task {task.id}: no code cell follows it")
    answers, above = section.children[start:], []
    if task.kind == "find the bug":
        block = next(answers[0].findall(nodes.literal_block))
        text = without_solution(block.rawsource + "\n")
        above = [nodes.literal_block(text, text, **block.attributes)]
    for cell in filter(is_code, answers):
        clean(cell)
    folded = fold("", *answers, ids=[f"{task.id}-solution"], classes=["solution"], summary=SUMMARY[task.kind])
    section.children[start:] = []
    section.extend([*above, folded])


def doctree_read(app, doctree):
    docname = app.env.docname
    folder, _, slug = docname.partition("/")
    if folder not in ("exercises", "solutions"):
        return
    solution = nbformat.read(Path(app.srcdir, "solutions", f"{slug}.ipynb"), as_version=4)
    found, sections = list(tasks(solution)), [s for s in doctree.findall(nodes.section) if is_task(s)]
    if len(found) != len(sections):
        raise ExtensionError(f"{docname}: {len(sections)} tasks on the page, {len(found)} in solutions/{slug}.ipynb")
    answers = boxes(solution, slug) if folder == "exercises" else {}
    app.env.note_dependency(str(Path(app.srcdir, "solutions", f"{slug}.ipynb")))
    slugs = app.env.metadata[docname]["myst_slugs"]
    for number, (task, section) in enumerate(zip(found, sections, strict=True), start=1):
        slugs[task.id] = (section.line, task.id, task.name)
        if folder == "exercises":
            name_task(section, task, number, (f"../solutions/{slug}.html#{task.id}-solution", "Our solution"))
            if task.id in answers:
                place = next(i for i, node in enumerate(section.children) if is_code(node))
                section.insert(place, markup(html=answer_box(task.id, answers[task.id])))
        else:
            name_task(section, task, number, (f"../exercises/{slug}.html#{task.id}", "The exercise"))
            fold_solution(section, task)
    if folder == "exercises":
        title = next(doctree.findall(nodes.section))
        title.insert(1, doors(app.config.html_theme_options, docname))


def page_script(app, pagename, templatename, context, doctree):
    if pagename.startswith(("exercises/", "solutions/")):
        app.add_js_file("exercises.js", loading_method="defer")


def setup(app):
    app.connect("doctree-read", doctree_read, priority=100)  # before Sphinx collects titles (500)
    app.connect("html-page-context", page_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
