"""Which cells show a figure, and whether each has one figure and an alt text: from the code, and from the outputs."""

import ast

from tools.notebooks.cells import code, dotted, run_at_once, tree

MAKES_FIGURE = {"subplots", "figure", "subplot_mosaic"}
DRAWS = {
    "plot",
    "scatter",
    "imshow",
    "hist",
    "bar",
    "barh",
    "contour",
    "contourf",
    "fill_between",
    "errorbar",
    "semilogx",
    "semilogy",
    "loglog",
    "pcolormesh",
    "quiver",
    "matshow",
    "boxplot",
    "violinplot",
}
NO_ALT = "has no alt text (metadata: mystnb.image.alt)"
ONE = "one figure a cell, for one alt text describes one"


def alt(metadata):
    return metadata.get("mystnb", {}).get("image", {}).get("alt", "").strip()


# From the code, before anything is run.


def figures(notebook):
    """The code cells that draw, each with the number of figures it makes as far as the code shows."""
    helpers = set()  # functions defined in the notebook that draw
    for cell in code(notebook):
        module = tree(cell)
        for function in module.body:
            if isinstance(function, ast.FunctionDef) and any(draws(call, helpers) for call in run_calls(function.body)):
                helpers.add(function.name)
        drawn = [call for call in run_calls(module.body) if draws(call, helpers)]
        if drawn or shows_widget(module):
            yield cell, sum(map(makes_figure, drawn))


def run_calls(statements):
    """The calls that run with the statements: not those inside of functions that they only define."""
    return [node for node in run_at_once(statements) if isinstance(node, ast.Call)]


def draws(call, helpers):
    root, _, rest = dotted(call.func).partition(".")
    name = rest.rpartition(".")[2]
    return root in helpers or root == "plots" and bool(rest) or root == "plt" and name in MAKES_FIGURE or name in DRAWS


def makes_figure(call):
    """`plt.subplots()` does, and so does a function of `plots` that is given no axes."""
    root, _, name = dotted(call.func).partition(".")
    return root == "plt" and name in MAKES_FIGURE or root == "plots" and all(k.arg != "ax" for k in call.keywords)


def shows_widget(module):
    """Whether the cell ends with a live figure of `course_lib.figures`."""
    last = module.body[-1] if module.body else None
    name = dotted(last.value.func) if isinstance(last, ast.Expr) and isinstance(last.value, ast.Call) else ""
    return name.startswith("figures.") or name.endswith("Figure")


def missing_alt(notebook):
    for cell, _ in figures(notebook):
        if not alt(cell["metadata"]):
            yield cell, f"draws a figure and {NO_ALT}"


def several_figures(notebook):
    for cell, number in figures(notebook):
        if number > 1:
            yield cell, f"makes {number} figures: {ONE}"


# From the outputs, where it can be told exactly.


def shown(outputs):
    """How many figures the outputs of a cell hold: pictures and live figures."""
    return sum(
        any(kind.startswith("image/") or "widget-view" in kind for kind in output.get("data", {})) for output in outputs
    )


def figure_problems(metadata, outputs):
    """What is wrong with the figures that one executed cell shows."""
    number = shown(outputs)
    if number and not alt(metadata):
        yield f"The cell shows a figure and {NO_ALT}"
    if number > 1:
        yield f"The cell shows {number} figures: {ONE}"


def figure_cells_without_alt(executed_notebook):
    """The ids of the cells of an executed notebook that show a figure and have no alt text."""
    return [cell["id"] for cell in code(executed_notebook) if shown(cell["outputs"]) and not alt(cell["metadata"])]
