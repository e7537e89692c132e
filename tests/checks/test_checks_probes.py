"""A forbidden route is found whatever the learner calls it; an allowed one passes."""

import functools

import pytest
import torch
from torch.nn import functional as F

from course_lib import metrics
from course_lib.checks.core import Mistake
from course_lib.checks.probes import forbid

X = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
Y = torch.tensor([0, 1])
lse = torch.logsumexp


@pytest.mark.parametrize(
    "answer",
    [
        lambda x, y: F.cross_entropy(x, y),
        lambda x, y: getattr(F, "cross_" + "entropy")(x, y),
        lambda x, y: torch.nn.CrossEntropyLoss()(x, y),
        lambda x, y: lse(x, 1),
        lambda x, y: x.logsumexp(1),
        lambda x, y: functools.partial(torch.logsumexp, dim=1)(x),
        lambda x, y: list(map(lambda row: row.logsumexp(0), x)),
        lambda x, y: metrics.accuracy(x, y),
    ],
)
def test_forbidden_routes(answer):
    with pytest.raises(Mistake, match="which this task forbids"):
        forbid(answer, X, Y, names={"cross_entropy", "logsumexp"}, modules=("course_lib.metrics",))


def test_own_function_of_that_name_is_allowed():
    def logsumexp(x):
        return x.exp().sum(1).log()

    forbid(lambda x, y: logsumexp(x), X, Y, names={"logsumexp"}, modules=("course_lib.metrics",))
