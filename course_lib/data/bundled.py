"""The real data sets that come with scikit-learn: images of digits and three tables, offline on every machine.

The files are read with NumPy from scikit-learn's folder: that takes milliseconds, importing scikit-learn two seconds.
"""

import hashlib
import importlib.util
import zlib
from pathlib import Path

import numpy as np
import torch

# SHA-256 of the numbers in each file, as little-endian float64, row by row.
CHECKSUMS = {
    "digits.csv.gz": "30aa855cd90427ff3c4996b3f40109597c57049f8a038cc52db1efeac8ad2e26",
    "breast_cancer.csv": "54cbf95e148c6eed11e8b2ac1637b5f44a8053293412279de71c47b345e9eb50",
    "wine_data.csv": "b6ff7c6847be41ee158bdf2267e98a97e1d240566564154aba1c0cc61f551fc3",
    "diabetes_data_raw.csv.gz": "6b93b2556c8942c79d8374838768047adf9d1f4044510b9f948ddace62567d75",
    "diabetes_target.csv.gz": "4911e8747aff95aa1cd523fea86dd91cfd1cd14c1a8ead274f1913b14fa853c4",
}
DARKEST = 16  # the digits count 0 to 16 dark pixels in each 4×4 block of the scanned image
REMEDY = "install it again with: pip install --force-reinstall --no-deps scikit-learn"


class DataError(RuntimeError):
    """A data file is missing, truncated or not the one the course was written with."""


def bundled_folder():
    """Return the folder in which scikit-learn keeps its data files; raises DataError without scikit-learn."""
    package = importlib.util.find_spec("sklearn")
    if package is None:
        raise DataError("digits and tables come with scikit-learn, which is not installed: pip install scikit-learn")
    return Path(package.submodule_search_locations[0]) / "datasets" / "data"


def read_table(path, checksum, **options):
    """Return the numbers in a text file as a float64 array; `options` go to `numpy.loadtxt`.

    Raises DataError, naming the file, when it is missing or unreadable, or when the SHA-256 of its numbers is not
    `checksum`.
    """
    if not path.is_file():
        raise DataError(f"{path} is missing, and scikit-learn brings it: {REMEDY}")
    try:
        table = np.loadtxt(path, **options)
    except (ValueError, EOFError, OSError, zlib.error) as error:
        raise DataError(f"{path} is truncated or corrupt ({error}): {REMEDY}") from error
    found = hashlib.sha256(table.astype("<f8").tobytes()).hexdigest()
    if found != checksum:
        raise DataError(f"{path} holds other numbers than expected (SHA-256 {found}, expected {checksum}): {REMEDY}")
    return table


def read_bundled(name, **options):
    """Return the verified numbers of one of scikit-learn's files."""
    return read_table(bundled_folder() / name, CHECKSUMS[name], **options)


def inputs_and_classes(table):
    """Return all columns but the last as float32 inputs, and the last as int64 targets."""
    return torch.from_numpy(table[:, :-1]).float(), torch.from_numpy(table[:, -1]).long()


def digits():
    """Return 1,797 handwritten digits: float32 images (1797, 1, 8, 8) in [0, 1] and int64 targets (1797,) in 0 … 9.

    0 is paper, 1 is ink. Source: Alpaydin and Kaynak, Optical Recognition of Handwritten Digits, UCI, 1998, the test
    part of the original, written by 13 people.
    """
    inputs, targets = inputs_and_classes(read_bundled("digits.csv.gz", delimiter=","))
    return inputs.reshape(-1, 1, 8, 8) / DARKEST, targets


def breast_cancer():
    """Return 569 tumours: float32 inputs (569, 30) in their natural units, int64 targets (0 malignant, 1 benign).

    Source: Wolberg, Mangasarian and Street, Breast Cancer Wisconsin (Diagnostic), UCI, 1995.
    """
    return inputs_and_classes(read_bundled("breast_cancer.csv", delimiter=",", skiprows=1))


def wine():
    """Return 178 wines: float32 inputs (178, 13) in their natural units, int64 targets (the grower, 0 to 2).

    Source: Aeberhard and Forina, Wine, UCI, 1992.
    """
    return inputs_and_classes(read_bundled("wine_data.csv", delimiter=",", skiprows=1))


def diabetes():
    """Return 442 patients: float32 inputs (442, 10) in their natural units, float32 targets (442, 1) from 25 to 346.

    The target measures how far the disease has gone a year later. Source: Efron, Hastie, Johnstone and Tibshirani,
    Least Angle Regression, 2004.
    """
    inputs = torch.from_numpy(read_bundled("diabetes_data_raw.csv.gz")).float()
    targets = torch.from_numpy(read_bundled("diabetes_target.csv.gz")).float()
    return inputs, targets.unsqueeze(1)
