"""Optimizers from scratch, with the names, defaults, checks and state of `torch.optim`.

`from course_lib import optim` and `from torch import optim` can be swapped: the steps are the same and a state dict
saved by one side loads into the other. An option of torch's that the course does not teach raises an error. One thing
does not follow: torch's learning-rate schedulers take torch's optimizers only. With ours use `schedule` of
`course_lib.train.epochs`, a function from the step to a factor, which gives the same learning rates.
"""

from course_lib.optim.adagrad import Adagrad
from course_lib.optim.adam import Adam
from course_lib.optim.adamw import AdamW
from course_lib.optim.optimizer import Optimizer
from course_lib.optim.rmsprop import RMSprop
from course_lib.optim.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop"]
