"""Training: the loop as a generator of records, and the same for many seeds at once."""

from course_lib.train.bar import progress
from course_lib.train.loop import epochs, evaluate, fit
from course_lib.train.seeds import epochs_seeds, fit_seeds

__all__ = ["epochs", "epochs_seeds", "evaluate", "fit", "fit_seeds", "progress"]
