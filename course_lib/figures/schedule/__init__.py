"""The live figure of the schedules: choose one and its peak, and see the exact loss that it leaves on a noisy bowl."""

import torch
import traitlets

from course_lib import schedules, surfaces
from course_lib.figures.base import LiveFigure, checked, sources

LABELS = {  # on the button, and in a sentence
    "constant": ("constant", "constant rate"),
    "step_decay": ("step", "step decay"),
    "cosine": ("cosine", "cosine"),
    "linear": ("linear", "linear"),
    "one_cycle": ("one-cycle", "one-cycle"),
    "wsd": ("WSD", "warmup-stable-decay"),
    "triangular": ("triangular", "triangular"),
}
STEPS, CURVATURES, START, NOISE = 1000, (1.0, 0.1, 0.01), 3.0, 1.0
PEAKS = [
    float(f"{10 ** (i / 50):.3g}") for i in range(-115, 16)
]  # 0.00501 to 2, where the steep direction gets unstable
WARM, HORIZON = (0.0, 0.5), (200, 2000)
PARTS = 3  # a step decay has so many levels before the horizon
SHARE = 0.2  # of the horizon, in which warmup-stable-decay decays
LEAST = 10  # steps: no side of a triangle is shorter


def factor_of(schedule, warm, horizon):
    """Return the schedule of that name, planned to end at step `horizon` after a warm-up of a share `warm` of it."""
    n_warmup = rounded(warm * horizon)
    if schedule == "one_cycle":
        return schedules.one_cycle(horizon, pct_start=warm)
    if schedule == "wsd":
        return schedules.wsd(horizon, n_warmup, rounded(SHARE * horizon))
    if schedule == "triangular":
        return schedules.triangular(max(LEAST, n_warmup))
    n_left = horizon - n_warmup
    after = {
        "constant": schedules.constant(),
        "step_decay": schedules.step_decay(-(-n_left // PARTS)),
        "cosine": schedules.cosine(n_left),
        "linear": schedules.linear(n_left),
    }
    return schedules.warmup(n_warmup, after[schedule])


def rounded(value):
    """Return the nearest whole number, a half upwards, as JavaScript has it."""
    return int(value + 0.5)


def simulate(schedule, peak, warm, horizon):
    """Return what the figure shows, float64: a dict of `rates` (1000,), `losses`, `noiseless` (1001,) and `floor`.

    `losses` are the exact means of `surfaces.expected_loss` on a bowl with curvatures 1, 0.1 and 0.01 from 3 in each
    direction with slopes whose noise has standard deviation 1; `noiseless` are those without noise, and `floor` is where
    a constant rate of `peak` would end. The JavaScript of the figure computes the same.
    """
    rates = torch.tensor(schedules.rates(factor_of(schedule, warm, horizon), peak, STEPS), dtype=torch.float64)
    losses, noiseless = (surfaces.expected_loss(rates, CURVATURES, [START] * 3, noise) for noise in (NOISE, 0.0))
    return {"rates": rates, "losses": losses, "noiseless": noiseless, "floor": floor_of(peak)}


def floor_of(peak):
    """Return where a constant rate ends: Σ η σ² / (2 (2 - η λ)), or infinity where it is unstable."""
    parts = [peak * NOISE**2 / (2 * (2 - peak * curvature)) for curvature in CURVATURES if peak * curvature < 2]
    return sum(parts) if len(parts) == len(CURVATURES) else float("inf")


def best_peak(schedule, warm, horizon):
    """Return the peak among those of the slider with the smallest loss at the end, and that loss."""
    factors = torch.tensor(schedules.rates(factor_of(schedule, warm, horizon), 1.0, STEPS), dtype=torch.float64)
    peaks = torch.tensor(PEAKS, dtype=torch.float64)
    losses = surfaces.expected_loss(peaks[:, None] * factors, CURVATURES, [START] * 3, NOISE)[:, -1]
    return PEAKS[losses.argmin()], losses.min().item()


class ScheduleFigure(LiveFigure):
    """A learning-rate schedule and the exact mean loss that it leaves on a noisy bowl, step by step, without sampling.

    `schedule`, one of "constant", "step_decay", "cosine", "linear", "one_cycle", "wsd" and "triangular"; `peak`, the
    highest learning rate, from 0.005 to 2; `horizon`, the step at which the schedule is planned to end, from 200 to 2000,
    while the run takes 1000 steps; and `warm`, the share of the horizon in which the rate rises, from 0 to 0.5 (for
    "triangular" the length of each side), can be set from Python and by the reader.
    `picture` (SVG) and `alt` show the present setting to readers without JavaScript.
    Raises traitlets.TraitError, naming the argument, for a value outside these ranges.
    """

    _esm, _css = sources("schedule")
    schedule = traitlets.Unicode().tag(sync=True)
    peak = traitlets.Float().tag(sync=True)
    warm = traitlets.Float().tag(sync=True)
    horizon = traitlets.Int().tag(sync=True)

    def __init__(self, schedule="cosine", peak=0.302, warm=0.05, horizon=STEPS):
        super().__init__({}, schedule=schedule, peak=peak, warm=warm, horizon=horizon)

    @traitlets.default("constants")
    def _constants(self):
        return {
            "labels": [[name, *both] for name, both in LABELS.items()],  # a list, because the page sorts a dict's names
            "steps": STEPS,
            "curvatures": [*CURVATURES],
            "start": START,
            "noise": NOISE,
            "peaks": PEAKS,
            "warm": [*WARM],
            "horizon": [*HORIZON],
            "parts": PARTS,
            "share": SHARE,
            "least": LEAST,
        }

    @traitlets.validate("schedule")
    def _check_schedule(self, proposal):
        return checked(proposal, proposal.value in LABELS, f"one of {', '.join(LABELS)}")

    @traitlets.validate("peak")
    def _check_peak(self, proposal):
        return checked(proposal, 0.005 <= proposal.value <= PEAKS[-1], f"a learning rate from 0.005 to {PEAKS[-1]:g}")

    @traitlets.validate("warm")
    def _check_warm(self, proposal):
        return checked(proposal, WARM[0] <= proposal.value <= WARM[1], f"a share from {WARM[0]:g} to {WARM[1]:g}")

    @traitlets.validate("horizon")
    def _check_horizon(self, proposal):
        return checked(
            proposal, HORIZON[0] <= proposal.value <= HORIZON[1], f"a step from {HORIZON[0]} to {HORIZON[1]}"
        )

    def draw(self, ax):
        """Draw the mean loss, what of it is left without noise, and the floor of a constant rate."""
        now, step = simulate(**self.setting()), range(STEPS + 1)
        ax.plot(step, now["losses"], color="C0", label=f"expected loss, at the end {now['losses'][-1]:.3g}")
        ax.plot(step, now["noiseless"], ":", color="C1", label="the same without noise")
        if now["floor"] < float("inf"):
            ax.axhline(now["floor"], ls="--", color="#6e6e6e", label=f"floor of a constant rate, {now['floor']:.3g}")
        ax.set(yscale="log", xlim=(0, STEPS), ylim=(0.01, 10), xlabel="step", ylabel="expected loss (log scale)")
        ax.set_title(f"Schedule: {LABELS[self.schedule][1]}, peak {self.peak:g}")
        ax.legend(loc="upper right")

    def describe(self):
        """Return the text that stands for the picture."""
        now = simulate(**self.setting())
        ends = f"end at its noise floor, {now['floor']:.3g}" if now["floor"] < float("inf") else "never settle"
        rise = f"a warm-up of {rounded(self.warm * self.horizon)} steps"
        if self.schedule == "triangular":
            rise = f"sides of {max(LEAST, rounded(self.warm * self.horizon))} steps"
        return (
            f"Gradient descent on a noisy bowl with the schedule {LABELS[self.schedule][1]}: peak {self.peak:.3g}, {rise}, "
            f"planned end at step {self.horizon}. The expected loss goes from {now['losses'][0]:.3g} to "
            f"{now['losses'][-1]:.3g} in {STEPS} steps, {now['noiseless'][-1]:.2g} of it without noise. A constant rate "
            f"of {self.peak:.3g} would {ends}."
        )

    def __repr__(self):
        numbers = ", ".join(f"{name}={getattr(self, name):g}" for name in ("peak", "warm", "horizon"))
        return f"ScheduleFigure({self.schedule!r}, {numbers})"
