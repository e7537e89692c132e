"""Schedules that begin low and rise to the peak in a straight line. t is the step, from 0."""

from course_lib.schedules.arguments import share, whole
from course_lib.schedules.decay import constant, linear


def warmup(n_warmup, schedule=None, start=0.0):
    """Rise in a straight line from `start` at step 0 to 1 at step n_warmup, then follow `schedule(t - n_warmup)`.

    Before step n_warmup the factor is start + (1 - start) t / n_warmup; so with `start` 0 the first step does nothing.
    Without a schedule the rate stays at the peak. In a run of n_steps the schedule has what the warm-up leaves of them,
    `warmup(100, cosine(n_steps - 100))`.

    The rates of torch's `SequentialLR` with `LinearLR(start_factor=start, total_iters=n_warmup)`, then the scheduler, and
    the milestone n_warmup; torch's `LinearLR` refuses a start of 0. Source: Goyal et al., Accurate, Large Minibatch SGD,
    2017, arXiv 1706.02677, section 2.2.
    Raises ValueError unless n_warmup is a whole number from 0 up and 0 <= start <= 1, TypeError for what is no schedule.
    """
    n_warmup, start = whole("n_warmup", n_warmup, 0), share("start", start)
    schedule = constant() if schedule is None else schedule
    if not callable(schedule):
        raise TypeError(f"schedule is {schedule!r}: pass a function of the step, such as cosine(n_steps), or None")

    def factor(t):
        return start + (1 - start) * (t / n_warmup) if t < n_warmup else schedule(t - n_warmup)

    return factor


def wsd(n_steps, n_warmup, n_decay, end=0.0):
    """Warm up for n_warmup steps, stay at the peak, and go down to `end` over the last n_decay steps (warmup-stable-decay).

    With W = n_warmup, D = n_decay and N = n_steps: t / W below W, then 1, then from N - D on
    1 - (1 - end) (t - (N - D)) / D. The end is only chosen when the decay begins: until then the rates are the same for
    every N.

    The rates of torch's `SequentialLR` with a `LinearLR` (see `warmup`), `ConstantLR(factor=1)` and
    `LinearLR(1, end, total_iters=n_decay)`. Source: Hu et al., MiniCPM, 2024, arXiv 2404.06395, who decay exponentially over
    about the last tenth; the straight line is common too.
    Raises ValueError unless n_steps and n_decay are whole numbers from 1 up, n_warmup is one from 0 up, the two parts fit
    into n_steps, and 0 <= end <= 1.
    """
    n_steps, n_warmup, n_decay = (
        whole("n_steps", n_steps, 1),
        whole("n_warmup", n_warmup, 0),
        whole("n_decay", n_decay, 1),
    )
    if n_warmup + n_decay > n_steps:
        raise ValueError(
            f"n_warmup is {n_warmup} and n_decay is {n_decay}, together more than n_steps, {n_steps}: "
            "pass fewer steps for them or a larger n_steps"
        )
    decay, n_stable = linear(n_decay, end), n_steps - n_decay - n_warmup
    return warmup(n_warmup, lambda t: decay(max(t - n_stable, 0)))
