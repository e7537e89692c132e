"""Activation functions from scratch, with the names, arguments, values and slopes of `torch.nn.functional`.

Each takes a floating-point tensor (...) and returns one of the same shape, element by element; `softmax` works along a
dimension. The logarithm of a softmax is `course_lib.losses.log_softmax`. What is no such tensor raises TypeError.
"""

import math

import torch

__all__ = ["elu", "gelu", "leaky_relu", "relu", "sigmoid", "silu", "softmax", "tanh"]


def sigmoid(input, slope=1.0):
    """Return 1 / (1 + exp(-slope * input)), from 0 to 1, with the slope `slope / 4` at 0; torch has `slope` 1.

    Written as exp(-log(1 + exp(-slope * input))), which neither overflows nor loses the digits of a small probability.
    """
    check_floats(input)
    log_odds = slope * input
    return torch.exp(-torch.logaddexp(torch.zeros_like(log_odds), -log_odds))


def tanh(input):
    """Return the hyperbolic tangent, from -1 to 1: a sigmoid of twice the input, stretched to twice its height."""
    return 2 * sigmoid(2 * input) - 1


def relu(input):
    """Return the larger of 0 and input (Fukushima 1969; Nair and Hinton 2010); its slope at 0 is 0, as in torch."""
    check_floats(input)
    return torch.where(input <= 0, 0, input)  # nan stays nan


def leaky_relu(input, negative_slope=0.01):
    """Return input where it is above 0, and negative_slope * input elsewhere (Maas, Hannun and Ng 2013)."""
    check_floats(input)
    return torch.where(input <= 0, negative_slope * input, input)


def elu(input, alpha=1.0):
    """Return input where it is above 0, and alpha * (exp(input) - 1) elsewhere (Clevert et al. 2016).

    Smooth at 0 only for alpha = 1. `torch.where` computes both sides and the slopes of both, so the exponential gets no
    input above 0: it would overflow, and 0 times its infinite slope is not a number.
    """
    check_floats(input)
    below = torch.where(input <= 0, input, 0)
    return torch.where(input <= 0, alpha * torch.expm1(below), input)


def gelu(input):
    """Return input times the probability that a standard normal number is below it (Hendrycks and Gimpel 2016)."""
    check_floats(input)
    return input * 0.5 * (1 + torch.erf(input / math.sqrt(2)))


def silu(input):
    """Return input * sigmoid(input), also called swish (Elfwing, Uchibe and Doya 2018; Ramachandran et al. 2017)."""
    return input * sigmoid(input)


def softmax(input, dim, temperature=1.0):
    """Return exp(input / temperature) divided by its sum along `dim`: probabilities that add up to 1.

    A temperature below 1 sharpens them, one above 1 flattens them; torch has 1. The largest input is taken out first, so
    that nothing overflows (Guo et al. 2017 use the temperature to calibrate a classifier).
    Raises ValueError unless `temperature` is above 0.
    """
    check_floats(input)
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature!r}: pass a number above 0; 1 leaves the logits as they are")
    powers = torch.exp((input - input.amax(dim, keepdim=True).detach()) / temperature)
    return powers / powers.sum(dim, keepdim=True)


def check_floats(input):
    """Raise TypeError unless `input` is a tensor of floating-point numbers."""
    if not isinstance(input, torch.Tensor):
        raise TypeError(f"input is a {type(input).__name__}: pass a tensor, such as torch.as_tensor(input)")
    if not input.is_floating_point():
        raise TypeError(f"input is {input.dtype}: an activation works on floats, so pass input.float()")
