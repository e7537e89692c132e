"""MNIST in torchvision's layout, verified; where it can't be had, the digits enlarged to its size.

Source: LeCun, Cortes and Burges, The MNIST database of handwritten digits, 1998.
"""

import functools
import hashlib
import math
import os
from pathlib import Path

import torch
import torch.nn.functional as F

from course_lib.data.bundled import DataError, digits
from course_lib.data.downloads import download

# The shape and the MD5 sum of each unpacked file, images first.
FILES = {
    "train": {
        "train-images-idx3-ubyte": ((60000, 28, 28), "6bbc9ace898e44ae57da46a324031adb"),
        "train-labels-idx1-ubyte": ((60000,), "a25bea736e30d166cdddb491f175f624"),
    },
    "test": {
        "t10k-images-idx3-ubyte": ((10000, 28, 28), "2646ac647ad5339dbf082846283269ea"),
        "t10k-labels-idx1-ubyte": ((10000,), "27ae3e4e09519cfbb04c329615203637"),
    },
}
BRIGHTEST = 255
SIDE = 28
FALLBACK_TEST_SHARE = 7  # one digit in seven is for the test, as one image in seven is in MNIST


def mnist(part="train"):
    """Return a part of MNIST: float32 images (60000, 1, 28, 28) in [0, 1] and int64 targets (60000,) in 0 … 9.

    "test" has 10,000. 0 is paper, 1 is ink. Looked for under `COURSE_DATA_DIR` if that is set, where it must be (~ is
    the home, a relative path starts in the current folder); otherwise in the user's cache, where it is downloaded
    once. If it is in neither, the same shapes and dtypes hold the digits of scikit-learn (1,540 and 257), enlarged,
    and one printed line says so: read sizes from the tensors.

    Raises ValueError for another part, and DataError, naming the file, when one is missing, truncated or corrupt.
    """
    if part not in FILES:
        raise ValueError(f"part must be 'train' or 'test', but it is {part!r}")
    if not has_mnist() and not os.environ.get("COURSE_DATA_DIR"):
        reason = download(cache_root(), file_names())
        if reason:
            announce_fallback(reason)
            return enlarged_digits(part)
    folder, remedy = location()
    return read_part(folder, FILES[part], remedy)


def has_mnist():
    """Return whether all four files of MNIST are where `mnist` reads them; never downloads."""
    folder, _ = location()
    return all((folder / name).is_file() for name in file_names())


def file_names():
    """Return the names of the four files."""
    return (*FILES["train"], *FILES["test"])


def cache_root():
    """Return the folder for downloads: `XDG_CACHE_HOME`, or ~/.cache, and in it course_lib."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "course_lib"


def location():
    """Return the folder that holds the files, and what to do if one of them is wrong."""
    if os.environ.get("COURSE_DATA_DIR"):
        root = Path(os.environ["COURSE_DATA_DIR"]).expanduser().absolute()
        return root / "MNIST" / "raw", (
            f"COURSE_DATA_DIR is {root}, so MNIST must be in MNIST/raw under it. Fetch it, after deleting wrong files, "
            f"with torchvision.datasets.MNIST({str(root)!r}, download=True), or unset COURSE_DATA_DIR"
        )
    return cache_root() / "MNIST" / "raw", "Delete it, and the next call downloads it again"


def read_part(folder, files, remedy):
    """Return images and targets as `mnist` does, from two `files`: {name: (shape, MD5 sum)}, images first."""
    images, targets = (read_idx(folder / name, *expected, remedy) for name, expected in files.items())
    return images.unsqueeze(1).float().div_(BRIGHTEST), targets.long()


def read_idx(path, shape, md5, remedy):
    """Return the bytes of a file in the idx format as a uint8 tensor of `shape`.

    Raises DataError, ending in `remedy`, when the file is missing, has another size or another MD5 sum.
    """
    if not path.is_file():
        raise DataError(f"MNIST's file {path} is missing. {remedy}.")
    content = bytearray(path.read_bytes())  # torch wants memory that may be written to
    header_size = 4 + 4 * len(shape)  # a code for type and dimensions, then the size of each dimension
    expected = header_size + math.prod(shape)
    if len(content) != expected:
        state = "truncated" if len(content) < expected else "too long"
        raise DataError(f"MNIST's file {path} is {state}: {len(content)} bytes, expected {expected}. {remedy}.")
    found = hashlib.md5(content, usedforsecurity=False).hexdigest()
    if found != md5:
        raise DataError(f"MNIST's file {path} is corrupt: its MD5 sum is {found}, expected {md5}. {remedy}.")
    return torch.frombuffer(content, dtype=torch.uint8, offset=header_size).reshape(shape)


@functools.cache
def announce_fallback(reason):
    """Print, once in a process, that the digits stand in for MNIST."""
    print(f"Note: MNIST is not here ({reason}). The smaller digits set, enlarged to {SIDE}×{SIDE}, stands in for it.")


def enlarged_digits(part):
    """Return every seventh digit (part "test") or all others ("train"), enlarged bilinearly from 8×8 to 28×28."""
    inputs, targets = digits()
    is_test = torch.arange(len(targets)) % FALLBACK_TEST_SHARE == 0
    chosen = is_test if part == "test" else ~is_test
    enlarged = F.interpolate(inputs[chosen], size=(SIDE, SIDE), mode="bilinear", align_corners=False)
    return enlarged, targets[chosen]
