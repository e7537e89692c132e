"""The base of the live figures: one anywidget for the page and for a notebook, and a picture for print.

How to write a figure called `neuron`:

1. `neuron/view.js`: mathematics, words and panels as functions, then `render({ model, el })`, which calls `wire`, `panel`,
   `slider`, `handle`, `buttons` … of `base.js` and returns `mount(…)`. `base.js` stands before it in one scope: no
   import, no name twice, and the last line is `export default { render, simulate };`. momentum/view.js shows the pattern.
2. `neuron/view.css`: rules that begin with `.course-figure.neuron`; the colours and controls are in `base.css`.
3. `neuron/__init__.py`: a subclass of `LiveFigure` with `_esm, _css = sources("neuron")`, its traits tagged `sync=True`, a
   validator for each, `draw()` and `describe()`, and an `__init__` that calls `super().__init__(still, **moving)`.
4. Python's `simulate` computes what JavaScript's does; `tests/figures/test_figure_neuron.py` compares the two, and
   `tests/figures/test_figures.py` finds the figure and checks what must hold for all.
"""

import html
import io
import re
from pathlib import Path

import traitlets
from matplotlib import style
from matplotlib.figure import Figure

try:
    import anywidget
except ModuleNotFoundError as missing:
    if missing.name != "anywidget":
        raise
    anywidget = None

FOLDER = Path(__file__).parent
NEEDS = "The live version of this figure needs anywidget: pip install anywidget"
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#6e6e6e"  # as in base.css; grey is legible on white and on black
STYLE = {
    "svg.hashsalt": "course",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "path.simplify": False,
    "figure.constrained_layout.use": True,
    "text.color": GREY,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
}


def sources(name):
    """Return the JavaScript and the CSS of a figure as two texts, each with what all figures share before it."""
    return tuple(
        "\n".join((FOLDER / part).read_text("utf-8") for part in (f"base.{kind}", f"{name}/view.{kind}"))
        for kind in ("js", "css")
    )


def svg(paint, size):
    """Return what `paint(figure)` draws on an empty matplotlib figure of `size` (inches) as SVG, the same each time."""
    with style.context(["default", STYLE]):  # whatever style the caller has set
        figure = Figure(figsize=size)
        paint(figure)
        text = io.StringIO()
        no_metadata = dict.fromkeys(["Creator", "Date", "Format", "Type"])
        figure.savefig(text, format="svg", transparent=True, metadata=no_metadata)
    # Half of the bytes are indentation and decimals beyond a hundredth of a point.
    short = re.sub(r"\d+\.\d{4,}", lambda number: f"{float(number[0]):.2f}", text.getvalue())
    return re.sub(r"\n\s*", " ", short)


class LiveFigure(anywidget.AnyWidget if anywidget else traitlets.HasTraits):
    """A figure to move: JavaScript draws it in the page and in a notebook, Python as a picture for all other readers.

    A subclass has `_esm, _css = sources(name)`, traits tagged `sync=True`, `draw()`, which returns the picture of the
    present setting as SVG, and `describe()`, which returns the text in its place. The read-only traits `picture` and
    `alt` follow every change. `still` holds the values of read-only traits, `moving` those that can be changed.
    """

    picture = traitlets.Unicode(read_only=True).tag(sync=True)
    alt = traitlets.Unicode(read_only=True).tag(sync=True)

    def __init__(self, still, **moving):
        self._names = (*still, *moving)
        for name, value in still.items():  # first, because the range of what moves may depend on them
            self.set_trait(name, value)
        super().__init__(**moving)
        self.observe(self._redraw, list(moving))

    def setting(self):
        """Return the present value of each trait of the figure by name, as `simulate` takes them."""
        return {name: getattr(self, name) for name in self._names}

    @traitlets.default("picture")
    def _picture(self):
        return self.draw()

    @traitlets.default("alt")
    def _alt(self):
        return self.describe()

    def _redraw(self, _change):
        self.set_trait("picture", self.draw())
        self.set_trait("alt", self.describe())

    def _repr_mimebundle_(self, **kwargs):
        if anywidget:
            return super()._repr_mimebundle_(**kwargs)
        page = f'<div role="img" aria-label="{html.escape(self.alt)}">{self.picture}</div><p>{NEEDS}</p>'
        return {"text/plain": f"{self!r}\n{NEEDS}", "text/html": page}
