"""Data: real sets that are here offline, toys from a seed, MNIST where it is; splits and loaders."""

from course_lib.data.bundled import DataError, breast_cancer, diabetes, digits, wine
from course_lib.data.loaders import Loader, Loaders, make_loaders
from course_lib.data.mnist_files import has_mnist, mnist
from course_lib.data.splits import Split, mean_std, normalize, split
from course_lib.data.toys import moons, noisy_sine, spirals

__all__ = [
    "DataError",
    "Loader",
    "Loaders",
    "Split",
    "breast_cancer",
    "diabetes",
    "digits",
    "has_mnist",
    "make_loaders",
    "mean_std",
    "mnist",
    "moons",
    "noisy_sine",
    "normalize",
    "spirals",
    "split",
    "wine",
]
