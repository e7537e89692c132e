"""Learning-rate schedules as functions of the step, the rates they give, and the test that finds a range for them.

Each factory returns a function from the step, 0, 1, …, to a factor of the optimizer's learning rate, which is the peak:
all factors lie from 0 to 1. Pass it on as `schedule` of `course_lib.train.epochs`, which calls it before each step of the
optimizer: `fit(..., schedule=schedules.cosine(n_steps))`. To change the rate once an epoch only, round the step down,
`lambda t: schedule(t // len(train_loader))`. A schedule has no state, so a run that goes on from step t needs t alone.

The rates are those of torch's schedulers, which take torch's optimizers only. Past its end a schedule stays at its last
factor.
"""

from course_lib.schedules.cycles import exp_range, one_cycle, triangular, triangular2
from course_lib.schedules.decay import constant, cosine, exponential, inverse_time, linear, step_decay
from course_lib.schedules.range_test import lr_range_test, rates
from course_lib.schedules.warm import warmup, wsd

__all__ = [
    "constant",
    "cosine",
    "exp_range",
    "exponential",
    "inverse_time",
    "linear",
    "lr_range_test",
    "one_cycle",
    "rates",
    "step_decay",
    "triangular",
    "triangular2",
    "warmup",
    "wsd",
]
