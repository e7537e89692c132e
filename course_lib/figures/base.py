"""The base of the live figures: one anywidget for the page and for a notebook, and a picture for print.

How to write a figure called `neuron`:

1. `neuron/view.js`: mathematics, words and panels as functions, then `render({ model, el })`, which calls `wire`, `panel`,
   `slider`, `handle`, `buttons` … of `base.js` and returns `mount(…)`. `base.js` stands before it in one scope: no
   import, no name twice, and the last line is `export default { render, simulate };`. momentum/view.js shows the pattern.
2. `neuron/view.css`: rules that begin with `.course-figure.neuron`; the colours and controls are in `base.css`.
3. `neuron/__init__.py`: a subclass of `LiveFigure` with `_esm, _css = sources("neuron")`, its traits tagged `sync=True`, a
   validator for each, the `constants` that JavaScript needs too, `draw(ax)` for the printed picture, `describe()`, and an
   `__init__` that calls `super().__init__(still, **moving)`.
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

from course_lib import plots

try:
    import anywidget
except ModuleNotFoundError as missing:
    if missing.name != "anywidget":
        raise
    anywidget = None

FOLDER = Path(__file__).parent
NEEDS = "The live version of this figure needs anywidget: pip install anywidget"
STYLE = {  # on top of the house style: text stays text, and a grey that is legible on white and on black
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "figure.figsize": (6.0, 3.8),
    "axes.titleweight": "bold",
    **dict.fromkeys(
        ["text.color", "axes.edgecolor", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color"], "#6e6e6e"
    ),
}


def sources(name):
    """Return the JavaScript and the CSS of a figure as two texts, each with what all figures share before it."""
    return tuple(
        "\n".join((FOLDER / part).read_text("utf-8") for part in (f"base.{kind}", f"{name}/view.{kind}"))
        for kind in ("js", "css")
    )


def rounded(number):
    """Return a match of a number with two decimals."""
    return f"{float(number[0]):.2f}"


def svg(paint):
    """Return what `paint(ax)` draws on one panel in the house style as SVG, the same bytes each time."""
    with style.context(["default", plots.STYLE, STYLE]):  # whatever style the caller has set
        figure = Figure()
        paint(figure.add_subplot())
        text = io.StringIO()
        no_metadata = dict.fromkeys(["Creator", "Date", "Format", "Type"])
        figure.savefig(text, format="svg", transparent=True, metadata=no_metadata)
    # Half of the bytes are indentation and decimals beyond a hundredth of a point; what a reader reads stays as it is.
    short = re.sub(r"<[^>]*>", lambda tag: re.sub(r"\d+\.\d{4,}", rounded, tag[0]), text.getvalue())
    return re.sub(r"\n\s*", " ", short)


def checked(proposal, fits, wanted):
    """Return the value proposed for a trait; raise TraitError, naming both and what is `wanted`, unless it fits."""
    if not fits:
        raise traitlets.TraitError(f"{proposal.trait.name}={proposal.value!r}: take {wanted}")
    return proposal.value


class LiveFigure(anywidget.AnyWidget if anywidget else traitlets.HasTraits):
    """A figure to move: JavaScript draws it in the page and in a notebook, Python as a picture for all other readers.

    A subclass has `_esm, _css = sources(name)`, traits tagged `sync=True`, `draw(ax)`, which draws the present setting on
    one panel for print, and `describe()`, which returns the text in its place. The read-only traits `picture` (SVG) and
    `alt` follow every change. A default of `constants` gives what both languages must agree on, such as ranges.
    `still` holds the values of read-only traits, `moving` those that can be changed.
    """

    constants = traitlets.Dict(read_only=True).tag(sync=True)
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
        return svg(self.draw)

    @traitlets.default("alt")
    def _alt(self):
        return self.describe()

    def _redraw(self, _change):
        self.set_trait("picture", svg(self.draw))
        self.set_trait("alt", self.describe())

    def _repr_mimebundle_(self, **kwargs):
        if anywidget:
            return super()._repr_mimebundle_(**kwargs)
        page = f'<div role="img" aria-label="{html.escape(self.alt)}">{self.picture}</div><p>{NEEDS}</p>'
        return {"text/plain": f"{self!r}\n{NEEDS}", "text/html": page}
