"""The live figure of the adaptive optimizers: five optimizers race down one bowl, which can be narrowed and turned."""

import math

import traitlets

from course_lib import plots
from course_lib.figures.base import LiveFigure, checked, sources

NAMES = ("SGD", "momentum", "Adagrad", "RMSprop", "Adam")
RATES = [float(f"{10 ** (k / 20):.3g}") for k in range(-80, 21)]  # 0.0001 to 10, twenty for each factor of ten
CONDITIONS = [1, 1.5, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000]
MOST_ANGLE = 45  # degrees
VIEW = (3.0, 1.8)  # the bowl is shown for |w1| <= 3 and |w2| <= 1.8
GOAL = 1e-3  # the race ends where the loss stays below this
COMMON = 0.05  # the one rate for all
LINES = {
    "SGD": {"color": "#6e6e6e", "linestyle": "--"},
    "momentum": {"color": "C0", "linestyle": "-"},
    "Adagrad": {"color": "C2", "linestyle": "-."},
    "RMSprop": {"color": "C3", "linestyle": ":"},
    "Adam": {"color": "C1", "linestyle": (0, (9, 2))},
}
FAR = 1e6  # a coordinate beyond this counts as diverged


def direction(name, g, state, t):
    """Return the direction of step t at slope g, and the new state; a weight then becomes w - rate * direction.

    `state` is (m, v), at first (0, 0): m gathers slopes and v their squares. With torch's defaults, and momentum 0.9.
    """
    m, v = state
    if name == "SGD":
        return g, (m, v)
    if name == "momentum":
        m = 0.9 * m + g
        return m, (m, v)
    if name == "Adagrad":
        v = v + g * g
        return g / (math.sqrt(v) + 1e-10), (m, v)
    if name == "RMSprop":
        v = 0.99 * v + 0.01 * g * g
        return g / (math.sqrt(v) + 1e-8), (m, v)
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
    return m / (1 - 0.9**t) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8), (m, v)


def bowl(condition, angle):
    """Return a, b and c of the bowl (a x² + 2 b x y + c y²) / 2: curvatures 1 and `condition`, turned by `angle` degrees."""
    cos, sin = math.cos(angle * math.pi / 180), math.sin(angle * math.pi / 180)
    return cos * cos + condition * sin * sin, (1 - condition) * cos * sin, sin * sin + condition * cos * cos


def run(name, rate, condition, angle, start, steps):
    """Return one optimizer's path, the loss at each of its points, and its arrival.

    The arrival is the first step from which on the loss stays below `GOAL`, None if there is none, or "diverged".
    """
    a, b, c = bowl(condition, angle)
    loss = lambda x, y: (a * x * x + 2 * b * x * y + c * y * y) / 2  # noqa: E731
    x, y = start
    path, losses, along, across = [(x, y)], [loss(x, y)], (0.0, 0.0), (0.0, 0.0)
    for t in range(1, steps + 1):
        dx, along = direction(name, a * x + b * y, along, t)
        dy, across = direction(name, b * x + c * y, across, t)
        x, y = x - rate * dx, y - rate * dy
        path.append((x, y))
        losses.append(loss(x, y))
        if not (abs(x) <= FAR and abs(y) <= FAR):
            return path, losses, "diverged"
    arrival = 1 + max((step for step, loss in enumerate(losses) if not loss <= GOAL), default=-1)
    return path, losses, arrival if arrival <= steps else None


def simulate(rates, condition, angle, start, steps):
    """Return `paths`, `losses` and `arrivals` of the five optimizers, in the order of `NAMES`, as `run` gives them.

    The JavaScript of the figure does the same operations in the same order; in a test both equal `course_lib.optim`.
    """
    runs = [run(name, rate, condition, angle, start, steps) for name, rate in zip(NAMES, rates, strict=True)]
    return dict(zip(("paths", "losses", "arrivals"), map(list, zip(*runs)), strict=True))


def best_rates(condition, angle, start, steps):
    """Return for each optimizer the rate of `RATES` with the earliest arrival, or else the lowest loss at the end.

    A rate with which the loss ever rises above the first loss is left out: a jump far away may land well by chance.
    """

    def score(name, rate):
        _, losses, arrival = run(name, rate, condition, angle, start, steps)
        if arrival == "diverged" or max(losses) > losses[0]:
            return math.inf, math.inf
        return (math.inf, losses[-1]) if arrival is None else (arrival, losses[arrival])

    return tuple(min(RATES, key=lambda rate: score(name, rate)) for name in NAMES)


def result(arrival, steps):
    """Return the outcome of one optimizer in words."""
    if arrival == "diverged":
        return "diverges"
    return f"not in {steps} steps" if arrival is None else f"{arrival} step{'s' * (arrival != 1)}"


def describe(rates, condition, angle, start, steps):
    """Return the text that stands for the picture: the setting and when each optimizer arrives."""
    arrivals = simulate(rates, condition, angle, start, steps)["arrivals"]
    outcomes = [
        f"{name} with {rate:.3g}: {result(arrival, steps)}" for name, rate, arrival in zip(NAMES, rates, arrivals)
    ]
    return (
        f"Five optimizers on one bowl of curvatures 1 and {condition:.4g}, turned by {angle:.3g} degrees, "
        f"from ({start[0]:.3g}, {start[1]:.3g}). Steps until the loss stays below {GOAL:g}, each with its step size: "
        f"{'; '.join(outcomes)}."
    )


class RaceFigure(LiveFigure):
    """SGD, momentum, Adagrad, RMSprop and Adam on one bowl from one start, with torch's defaults and momentum 0.9.

    `rates` (five, from 0.0001 to 10, in this order), the `condition` number of the bowl (1 to 1000), the `angle` by which
    it is turned (0 to 45 degrees) and `start`, with |w1| <= 3 and |w2| <= 1.8, can be set from Python and by the reader;
    `steps` (10 to 500) is fixed from the beginning. `picture` (SVG) and `alt` show the present setting to readers
    without JavaScript. Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("race")
    rates = traitlets.Tuple(*[traitlets.Float() for _ in NAMES]).tag(sync=True)
    condition = traitlets.Float().tag(sync=True)
    angle = traitlets.Float().tag(sync=True)
    start = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    steps = traitlets.Int(read_only=True).tag(sync=True)

    def __init__(self, rates=(COMMON,) * 5, condition=20.0, angle=0.0, start=(-2.4, 1.2), steps=150):
        super().__init__({"steps": steps}, rates=rates, condition=condition, angle=angle, start=start)

    @traitlets.default("constants")
    def _constants(self):
        return {
            "names": [*NAMES],
            "rates": RATES,
            "conditions": CONDITIONS,
            "common": COMMON,
            "most_angle": MOST_ANGLE,
            "view": [*VIEW],
            "goal": GOAL,
            "far": FAR,
        }

    @traitlets.validate("rates", "condition", "angle", "start", "steps")
    def _check(self, proposal):
        name, value = proposal.trait.name, proposal.value
        fits, wanted = {
            "rates": (lambda: all(RATES[0] <= rate <= RATES[-1] for rate in value), "rates from 0.0001 to 10"),
            "condition": (lambda: 1 <= value <= CONDITIONS[-1], "a condition number from 1 to 1000"),
            "angle": (lambda: 0 <= value <= MOST_ANGLE, "an angle from 0 to 45 degrees"),
            "start": (
                lambda: all(abs(at) <= most for at, most in zip(value, VIEW, strict=True)),
                "a point inside the picture, |w1| <= 3 and |w2| <= 1.8",
            ),
            "steps": (lambda: 10 <= value <= 500, "from 10 to 500 steps"),
        }[name]
        return checked(proposal, fits(), wanted)

    def draw(self, ax):
        """Draw the bowl and the five paths."""
        a, b, c = bowl(self.condition, self.angle)
        now = simulate(**self.setting())

        def loss(w):
            return (a * w[..., 0] ** 2 + 2 * b * w[..., 0] * w[..., 1] + c * w[..., 1] ** 2) / 2

        plots.contours(loss, *((-edge, edge) for edge in VIEW), ax=ax, levels=9, log=False, points=61)
        for name, rate, path, arrival in zip(NAMES, self.rates, now["paths"], now["arrivals"]):
            x, y = zip(*[(min(max(x, -20), 20), min(max(y, -20), 20)) for x, y in path])  # the rest is outside anyway
            ax.plot(x, y, **LINES[name], label=f"{name}, {rate:.3g}: {result(arrival, self.steps)}")
        ax.plot(*self.start, "o", color="#6e6e6e")
        ax.plot(0, 0, "+", color="#6e6e6e", markersize=9)
        ax.set(aspect="equal", xlim=(-VIEW[0], VIEW[0]), ylim=(-VIEW[1], VIEW[1]), xlabel="w₁", ylabel="w₂")
        ax.set_title(f"Condition number {self.condition:.4g}, turned by {self.angle:.3g}°")
        title = f"Step size of each, and the step from which on its loss stays below {GOAL:g}"
        ax.figure.legend(title=title, loc="outside lower center", ncols=2, handlelength=3.5)

    def describe(self):
        """Return the text that stands for the picture."""
        return describe(**self.setting())

    def __repr__(self):
        rates = ", ".join(f"{rate:.3g}" for rate in self.rates)
        return f"RaceFigure(rates=({rates}), condition={self.condition:.4g}, angle={self.angle:.3g})"
