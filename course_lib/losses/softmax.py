"""From logits to the logarithms of probabilities, without overflow, and class numbers as rows of zeros with a single 1."""

import torch

from course_lib.losses.arguments import check_class_numbers, check_tensors


def logsumexp(input, dim, keepdim=False):
    """Return log Σ exp(input) along `dim`, which is then gone, or of size 1 with `keepdim=True`.

    exp overflows: float32 holds exp(88), not exp(89). As exp(x) = exp(m) exp(x - m), the largest element m is taken out
    first and added at the end; no exponent is above 0 then. As a constant: it cancels, in the gradient too. Raises
    TypeError for what is no tensor.
    """
    check_tensors(input=input)
    largest = input.amax(dim, keepdim=True).detach().nan_to_num()  # finite: inf - inf is not a number
    total = (input - largest).exp().sum(dim, keepdim=True).log() + largest
    return total if keepdim else total.squeeze(dim)


def log_softmax(input, dim):
    """Return the logarithms of softmax(input), the probabilities exp(input) / Σ exp(input) along `dim`: 0 or less.

    The same shape as input. Never as log(softmax(input)): a probability that rounds to 0 has the logarithm -inf.
    Raises TypeError for what is no tensor.
    """
    check_tensors(input=input)
    shifted = input - input.amax(dim, keepdim=True).detach()  # large logits lose no digits
    return shifted - logsumexp(shifted, dim, keepdim=True)


def one_hot(target, num_classes):
    """Return class numbers (...) as int64 rows (..., num_classes): a 1 at the place of the class, 0 elsewhere.

    Raises TypeError unless `target` is an int64 tensor, and ValueError for a class outside 0 to num_classes - 1.
    """
    check_tensors(target=target)
    check_class_numbers(target, num_classes)
    return (target.unsqueeze(-1) == torch.arange(num_classes, device=target.device)).long()
