"""How strongly a loss curves, for networks whose matrix of second derivatives is too large to write down.

The Hessian H of n weights has n² numbers, but H times one direction costs about as much as two gradients. From such
products come the largest curvature and the outline of all curvatures.
"""

from numbers import Integral

import torch

__all__ = ["hessian_vector_product", "lanczos", "largest_curvature"]


def hessian_vector_product(loss, params, vector):
    """Return the Hessian of `loss` in `params` times `vector`: (n,) → (n,), n being the number of all weights.

    `loss` is a tensor of one number with its graph, `params` an iterable of the tensors that it depends on (of a model:
    `model.parameters()`), and `vector` holds a number for each weight, in the order of `params`. The graph stays, so
    that the loss may be used again; gradients in `.grad` are left alone.
    Raises ValueError for a loss that is no single number or has no graph, for no params, and for another length.

    Source: Pearlmutter, Fast exact multiplication by the Hessian, 1994, doi 10.1162/neco.1994.6.1.147.
    """
    product, like = product_with(loss, params)
    vector = torch.as_tensor(vector, dtype=like.dtype, device=like.device)
    if vector.shape != like.shape:
        raise ValueError(
            f"vector has the shape {tuple(vector.shape)}, but there are {len(like)} weights: {(len(like),)}"
        )
    return product(vector)


def largest_curvature(loss, params, steps=100, tolerance=1e-4, start=None, generator=None):
    """Return the curvature that is largest in size, a float with its sign, and its direction (n,), of length 1.

    Power iteration: multiply a direction by the Hessian again and again; the strongest curvature wins. Ends when the
    curvature changes by less than `tolerance` of its size, after `steps` products at the latest. It begins with a random
    direction, drawn from `generator` (default: torch's own), or with `start`, such as the direction found before the
    last step of training. Two curvatures of nearly the same size, one of them negative, make it slow: see `lanczos`.
    `loss` and `params` as in `hessian_vector_product`, with the same errors. Raises ValueError unless `steps` is a whole
    number from 1 up and `start` has a length that is not 0.

    Source: von Mises and Pollaczek-Geiringer, Praktische Verfahren der Gleichungsauflösung, 1929, doi
    10.1002/zamm.19290090206.
    """
    check_steps(steps)
    product, like = product_with(loss, params)
    vector = first_direction(like, start, generator)
    curvature = None
    for _ in range(steps):
        pulled = product(vector)
        last, curvature = curvature, (vector @ pulled).item()
        length = pulled.norm()
        if length == 0:  # no curvature in this direction, which is then as good as any
            break
        vector = pulled / length
        if last is not None and abs(curvature - last) <= tolerance * abs(curvature):
            break
    return curvature, vector


def lanczos(loss, params, steps=50, start=None, generator=None):
    """Return at most `steps` numbers that stand for all n curvatures, ascending, and the weight of each, adding up to 1.

    The outermost are close to the smallest and the largest curvature. In between, the weights of the numbers in a range
    estimate the share of the curvatures that lies there; a mean over several random starts estimates it better. With n
    steps all curvatures come out. There are fewer numbers where the directions met are exhausted before.
    `loss`, `params`, `start` and `generator` as in `largest_curvature`; both results are float64, on the CPU. Each new
    direction is made perpendicular to all before it, twice, so memory grows with n times `steps`.

    Sources: Lanczos, An iteration method for the solution of the eigenvalue problem, 1950, doi 10.6028/jres.045.026;
    Ghorbani, Krishnan and Xiao, An investigation into neural net optimization via Hessian eigenvalue density, 2019,
    https://arxiv.org/abs/1901.10159.
    """
    check_steps(steps)
    product, like = product_with(loss, params)
    vector = first_direction(like, start, generator)
    directions, diagonal, beside = [], [], []
    for _ in range(min(steps, len(like))):
        directions.append(vector)
        pulled = product(vector)
        diagonal.append((vector @ pulled).item())
        basis = torch.stack(directions)
        for _ in range(2):
            pulled = pulled - basis.T @ (basis @ pulled)
        beside.append(pulled.norm().item())
        if beside[-1] <= 10 * torch.finfo(like.dtype).eps * max(map(abs, diagonal + beside)):
            break
        vector = pulled / beside[-1]
    beside = torch.tensor(beside[:-1], dtype=torch.float64)
    small = torch.tensor(diagonal, dtype=torch.float64).diag() + beside.diag(1) + beside.diag(-1)
    curvatures, parts = torch.linalg.eigh(small)
    return curvatures, parts[0] ** 2


def product_with(loss, params):
    """Return the function v → H v, which shares one gradient between its calls, and a vector of zeros like v."""
    params = list(params)
    if not params:
        raise ValueError("params is empty: pass the tensors that the loss depends on, such as model.parameters()")
    if not isinstance(loss, torch.Tensor) or loss.numel() != 1 or not loss.requires_grad:
        raise ValueError(
            "loss must be a tensor of one number that still has its graph: pass the loss itself, without .item(), "
            ".detach() or no_grad"
        )

    def flat(tensors):
        return torch.cat([tensor.reshape(-1) for tensor in tensors])

    options = {"allow_unused": True, "materialize_grads": True}
    slope = flat(torch.autograd.grad(loss.sum(), params, create_graph=True, **options))

    def product(vector):
        if not slope.requires_grad:  # a straight loss
            return torch.zeros_like(vector)
        return flat(torch.autograd.grad(slope @ vector, params, retain_graph=True, **options)).detach()

    return product, torch.zeros_like(slope.detach())


def first_direction(like, start, generator):
    """Return `start`, or a random direction, as a vector of length 1 in the dtype and on the device of `like`."""
    if start is None:
        start = torch.randn(len(like), generator=generator, device=generator.device if generator else "cpu")
    vector = torch.as_tensor(start).detach().to(like)
    if vector.shape != like.shape or not vector.norm() > 0:
        raise ValueError(
            f"start has the shape {tuple(vector.shape)} and the length {vector.norm():g}; pass one number for each of "
            f"the {len(like)} weights, not all of them 0"
        )
    return vector / vector.norm()


def check_steps(steps):
    """Raise ValueError unless `steps` is a whole number from 1 up."""
    if not (isinstance(steps, Integral) and steps >= 1):
        raise ValueError(f"steps must be a whole number, 1 or more, but it is {steps!r}")
