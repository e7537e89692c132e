"""The live figure of the activations: the value and the slope of each, and what a net of one input can draw with it."""

import torch
import traitlets

from course_lib import activations
from course_lib.figures.base import LiveFigure, checked, sources

LABELS = {
    "none": "none",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
}
REACH = 5.0  # the activation is shown for |z| <= 5
STEEP, NEGATIVE = (0.5, 4.0), (0.0, 1.0)  # the ranges of `slope` and `negative_slope`
EDGE = 3.0  # the net is shown for |x| <= 3
# The hidden units in the order in which they join: weight w and place c, so that z = w (x - c). Chosen one after another
# for this curve, so that most activations fit it well with few of them.
HIDDEN = [
    (-2, 0.0),
    (-2, -1.5),
    (2, 1.0),
    (-2, -0.5),
    (2, 2.5),
    (-2, 0.5),
    (-2, -2.5),
    (2, 2.0),
    (-2, -1.0),
    (-2, -2.0),
]
HIDDEN += [(2, 3.0), (2, 1.5)]
RIDGE = (
    1e-6  # times the square of each output weight: where units are equal or nearly so, the smallest weights are taken
)


def curve():
    """Return the curve that the net shall follow: x (61,), from -3 to 3, and y (61,), float64, y rounded to 4 decimals."""
    x = torch.linspace(-EDGE, EDGE, 61, dtype=torch.float64)
    return x, (torch.sin(1.6 * x + 0.6) + x / 4).round(decimals=4)


def activation_of(activation, slope=1.0, negative_slope=0.1):
    """Return the function of that name, from `course_lib.activations`; "none" gives its input back."""
    if activation == "none":
        return lambda z: z
    numbers = {"sigmoid": {"slope": slope}, "leaky_relu": {"negative_slope": negative_slope}}
    return lambda z: getattr(activations, activation)(z, **numbers.get(activation, {}))


def simulate(activation, slope, negative_slope, z, units):
    """Return what the figure shows, all float64: the activation and its slope at z, and the net with its best output.

    A dict of `value` and `slope` at `z`; `weights` (1 + units,), the output's bias before its weights, from least squares
    on `curve()` with the hidden weights of `HIDDEN`; `fitted` (61,), the net at each x; `error`, the root of the mean
    squared error. The JavaScript of the figure computes the same; the slope here is autograd's.
    """
    f = activation_of(activation, slope, negative_slope)
    with torch.enable_grad():
        at = torch.tensor(z, dtype=torch.float64, requires_grad=True)
        value = f(at)
        (rate,) = torch.autograd.grad(value, at)
    x, y = curve()
    weight, place = torch.tensor(HIDDEN[:units], dtype=torch.float64).T
    columns = torch.cat([torch.ones(len(x), 1, dtype=torch.float64), f(weight * (x[:, None] - place))], 1)
    small = (len(x) * RIDGE) ** 0.5 * torch.eye(1 + units, dtype=torch.float64)[1:]  # the bias may be of any size
    target = torch.cat([y, torch.zeros(units, dtype=torch.float64)])
    weights = torch.linalg.lstsq(torch.cat([columns, small]), target[:, None]).solution.squeeze(1)
    fitted = columns @ weights
    error = (fitted - y).square().mean().sqrt()
    return {"value": value.detach(), "slope": rate, "weights": weights, "fitted": fitted, "error": error}


class ActivationFigure(LiveFigure):
    """An activation and its slope at a point z, and the best fit to a bent curve by a net with a few such hidden units.

    `activation`, one of "none", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "gelu" and "silu"; `units`, from 1 to 12;
    `z`, from -5 to 5; the sigmoid's `slope`, from 0.5 to 4; and leaky ReLU's `negative_slope`, from 0 to 1, can be set
    from Python and by the reader. Only the output weights of the net are fitted, by least squares; the hidden ones stay.
    `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("activation")
    activation = traitlets.Unicode().tag(sync=True)
    slope = traitlets.Float().tag(sync=True)
    negative_slope = traitlets.Float().tag(sync=True)
    z = traitlets.Float().tag(sync=True)
    units = traitlets.Int().tag(sync=True)

    def __init__(self, activation="relu", units=4, z=1.0, slope=1.0, negative_slope=0.1):
        super().__init__({}, activation=activation, slope=slope, negative_slope=negative_slope, z=z, units=units)

    @traitlets.default("constants")
    def _constants(self):
        return {
            "labels": [[*pair] for pair in LABELS.items()],  # pairs, because the page sorts the names of a dict
            "reach": REACH,
            "steep": [*STEEP],
            "negative": [*NEGATIVE],
            "edge": EDGE,
            "hidden": [[*unit] for unit in HIDDEN],
            "target": curve()[1].tolist(),
            "ridge": RIDGE,
        }

    @traitlets.validate("activation")
    def _check_activation(self, proposal):
        return checked(proposal, proposal.value in LABELS, f"one of {', '.join(LABELS)}")

    @traitlets.validate("slope")
    def _check_slope(self, proposal):
        return checked(proposal, STEEP[0] <= proposal.value <= STEEP[1], f"a slope from {STEEP[0]:g} to {STEEP[1]:g}")

    @traitlets.validate("negative_slope")
    def _check_negative_slope(self, proposal):
        return checked(
            proposal, NEGATIVE[0] <= proposal.value <= NEGATIVE[1], f"a slope from {NEGATIVE[0]:g} to {NEGATIVE[1]:g}"
        )

    @traitlets.validate("z")
    def _check_z(self, proposal):
        return checked(proposal, abs(proposal.value) <= REACH, f"a number from {-REACH:g} to {REACH:g}")

    @traitlets.validate("units")
    def _check_units(self, proposal):
        return checked(proposal, 1 <= proposal.value <= len(HIDDEN), f"from 1 to {len(HIDDEN)} hidden units")

    def _label(self):
        return LABELS[self.activation] if self.activation != "none" else "no activation"

    def draw(self, ax):
        """Draw the curve, the net with the activation, and the straight line of a net without one."""
        (x, y), now, straight = curve(), simulate(**self.setting()), simulate(**self.setting() | {"activation": "none"})
        ax.plot(x, y, "--", color="#6e6e6e", label="the curve to follow")
        if self.activation != "none":
            ax.plot(x, straight["fitted"], ":", color="C1", label=f"no activation: error {straight['error']:.3f}")
        ax.plot(x, now["fitted"], "-", color="C0", label=f"{self._label()}: error {now['error']:.3f}")
        ax.set(xlim=(-EDGE, EDGE), ylim=(-2, 2.6), xlabel="x, the input", ylabel="y, the output")
        ax.set_title(f"What a net of {_units(self.units)} can draw")
        point = f"{self._label()}: f({self.z:.3g}) = {now['value']:.3g}, slope {now['slope']:.3g}".replace("-", "−")
        ax.legend(title=point, loc="upper left", alignment="left")

    def describe(self):
        """Return the text that stands for the picture."""
        now, straight = simulate(**self.setting()), simulate(**self.setting() | {"activation": "none"})
        point = f"At z = {self.z:.3g} its value is {now['value']:.3g} and its slope {now['slope']:.3g}."
        net = f"A net with one input, {_units(self.units)} and one output"
        if self.activation == "none":
            return (
                f"{net}, fitted to a curve with several bends. Without an activation it is a straight line, whatever the "
                f"number of units: root mean squared error {now['error']:.3g}. {point}"
            )
        return (
            f"{net}, fitted to a curve with several bends. The activation is {self._label()}: root mean squared error "
            f"{now['error']:.3g}. Without an activation the net is a straight line, with an error of "
            f"{straight['error']:.3g}. {point}"
        )

    def __repr__(self):
        numbers = ", ".join(f"{name}={getattr(self, name):g}" for name in ("units", "z", "slope", "negative_slope"))
        return f"ActivationFigure({self.activation!r}, {numbers})"


def _units(count):
    return f"{count} hidden unit{'s' if count > 1 else ''}"
