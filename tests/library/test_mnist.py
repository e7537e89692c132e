"""MNIST: read and verified where it is, downloaded where it may be, replaced aloud where it can't be had."""

import contextlib
import functools
import gzip
import hashlib
import http.server
import os
import socket
import struct
import threading
import time

import pytest
import torch

from course_lib import data
from course_lib.data.downloads import download, why_silent
from course_lib.data.mnist_files import FILES, announce_fallback, file_names, read_part

SHAPES = {"images": (5, 28, 28), "labels": (5,)}


@pytest.fixture(autouse=True)
def fresh(monkeypatch, tmp_path):
    """No data folder, an empty cache, and nothing tried or announced yet."""
    for name in ("COURSE_DATA_DIR", "COURSE_OFFLINE", "COURSE_QUIET", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    download.cache_clear()
    announce_fallback.cache_clear()


def idx_bytes(name):
    """A small file in the idx format, with pixels or labels that count up."""
    shape = SHAPES["images" if "images" in name else "labels"]
    header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
    return header + bytes(i % 256 for i in range(torch.Size(shape).numel()))


def small_files(folder):
    """Write four small files, and return what they must be, as FILES does."""
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for part, files in FILES.items():
        expected[part] = {}
        for name in files:
            (folder / name).write_bytes(idx_bytes(name))
            shape = SHAPES["images" if "images" in name else "labels"]
            expected[part][name] = (shape, hashlib.md5(idx_bytes(name)).hexdigest())
    return expected


# --- reading


def test_a_part_is_read_in_shape_type_and_range(tmp_path):
    expected = small_files(tmp_path)
    inputs, targets = read_part(tmp_path, expected["train"], "")
    assert inputs.shape == (5, 1, 28, 28) and inputs.dtype == torch.float32
    assert inputs.min() == 0 and inputs.max() == 1
    assert inputs.flatten()[:3].tolist() == pytest.approx([0, 1 / 255, 2 / 255], abs=1e-8)
    assert targets.tolist() == [0, 1, 2, 3, 4] and targets.dtype == torch.int64


@pytest.mark.parametrize("name", list(FILES["test"]))
@pytest.mark.parametrize(
    "change, words",
    [
        (lambda content: content[:-3], "truncated: {short} bytes, expected {size}"),
        (lambda content: b"", "truncated: 0 bytes, expected {size}"),
        (lambda content: content + b"\0", "too long: {long} bytes, expected {size}"),
        (lambda content: content[:-1] + b"\xff", "corrupt: its MD5 sum is {found}, expected {md5}"),
        (lambda content: b"\x01" + content[1:], "corrupt: its MD5 sum is {found}, expected {md5}"),
    ],
)
def test_a_broken_file_is_named_with_expectation_and_remedy(tmp_path, name, change, words):
    expected = small_files(tmp_path)["test"]
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(change(content))
    with pytest.raises(data.DataError) as error:
        read_part(tmp_path, expected, "Mend it")
    found = hashlib.md5(change(content)).hexdigest()
    sizes = {"size": len(content), "short": len(content) - 3, "long": len(content) + 1}
    assert words.format(found=found, md5=expected[name][1], **sizes) in str(error.value)
    assert str(tmp_path / name) in str(error.value) and "Mend it" in str(error.value)


@pytest.mark.parametrize("name", list(FILES["test"]))
def test_a_missing_file_is_named(tmp_path, name):
    expected = small_files(tmp_path)["test"]
    (tmp_path / name).unlink()
    with pytest.raises(data.DataError, match=f"{name} is missing. Mend it"):
        read_part(tmp_path, expected, "Mend it")


REAL_ROOT = os.environ.get("COURSE_DATA_DIR")


@pytest.mark.skipif(not REAL_ROOT, reason="COURSE_DATA_DIR is not set: the real MNIST was not read")
@pytest.mark.parametrize("part, n, first", [("train", 60000, [5, 0, 4, 1, 9]), ("test", 10000, [7, 2, 1, 0, 4])])
def test_the_real_mnist(monkeypatch, capsys, part, n, first):
    monkeypatch.setenv("COURSE_DATA_DIR", REAL_ROOT)
    assert data.has_mnist()
    inputs, targets = data.mnist(part)
    assert inputs.shape == (n, 1, 28, 28) and inputs.dtype == torch.float32
    assert inputs.min() == 0 and inputs.max() == 1
    assert targets.shape == (n,) and targets.dtype == torch.int64 and targets[:5].tolist() == first
    assert capsys.readouterr().out == ""


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match="'train' or 'test', but it is 'val'"):
        data.mnist("val")


# --- a data folder that is set is never replaced


@pytest.mark.parametrize("part, name", [("train", "train-images-idx3-ubyte"), ("test", "t10k-images-idx3-ubyte")])
def test_a_data_folder_without_mnist_is_an_error(monkeypatch, capsys, tmp_path, part, name):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert not data.has_mnist()
    with pytest.raises(data.DataError, match="unset COURSE_DATA_DIR") as error:
        data.mnist(part)
    assert str(tmp_path / "MNIST" / "raw" / name) in str(error.value) and "download=True" in str(error.value)
    assert capsys.readouterr().out == ""


def test_a_relative_data_folder_is_shown_in_full(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA_DIR", "nowhere")
    with pytest.raises(data.DataError) as error:
        data.mnist()
    assert f"COURSE_DATA_DIR is {tmp_path / 'nowhere'}, " in str(error.value)


def test_a_tilde_is_the_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))  # the home on Windows
    monkeypatch.setenv("COURSE_DATA_DIR", "~/my data")
    small_files(tmp_path / "my data" / "MNIST" / "raw")
    assert data.has_mnist()
    with pytest.raises(data.DataError, match="truncated") as error:
        data.mnist()
    assert f"COURSE_DATA_DIR is {tmp_path / 'my data'}, " in str(error.value)


@pytest.mark.parametrize("root", ["data folder", "cache"])
def test_wrong_files_are_an_error_and_no_reason_for_the_digits(monkeypatch, tmp_path, root):
    """The small files are all there, so they count as MNIST, and are not what MNIST should be."""
    if root == "cache":
        small_files(tmp_path / "cache" / "course_lib" / "MNIST" / "raw")
    else:
        monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
        small_files(tmp_path / "MNIST" / "raw")
    assert data.has_mnist()
    with pytest.raises(data.DataError, match=r"truncated: \d+ bytes, expected 47040016"):
        data.mnist()


# --- the digits in its place


def test_the_digits_stand_in_and_say_so_once(capsys):
    assert not data.has_mnist()
    inputs, targets = data.mnist()
    test_inputs, test_targets = data.mnist("test")
    notice = capsys.readouterr()
    assert notice.out.count("MNIST is not here (tests do not download)") == 1 and notice.err == ""
    assert inputs.shape == (1540, 1, 28, 28) and test_inputs.shape == (257, 1, 28, 28)
    assert inputs.dtype == torch.float32 and inputs.min() >= 0 and 0.9 < inputs.max() <= 1
    assert inputs.unique().numel() > 100  # values between the 17 of the digits
    assert targets.dtype == torch.int64
    digits, digits_targets = data.digits()
    assert torch.equal(torch.cat([targets, test_targets]).bincount(), digits_targets.bincount())
    assert test_targets.bincount(minlength=10).min() >= 15
    # Enlarged, not rearranged: averaged back over blocks, an image is close to the one it comes from.
    back = torch.nn.functional.interpolate(inputs[:1], size=(8, 8), mode="area")
    assert (back - digits[1]).abs().mean() < 0.1 < (back - digits[2]).abs().mean()


def test_offline_means_no_attempt(monkeypatch, capsys):
    monkeypatch.delenv("PYTEST_VERSION")
    monkeypatch.setenv("COURSE_OFFLINE", "1")
    data.mnist("test")
    assert "COURSE_OFFLINE is set" in capsys.readouterr().out


# --- the download


@contextlib.contextmanager
def mirror(monkeypatch, folder, files):
    """Serve gzipped `files` on this machine as torchvision's only mirror; yields the list of requests."""
    from torchvision.datasets import MNIST

    requests = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            requests.append((self.command, self.path))

    folder.mkdir()
    resources = []
    for name, content in files.items():
        packed = gzip.compress(content)
        (folder / f"{name}.gz").write_bytes(packed)
        resources.append((f"{name}.gz", hashlib.md5(packed).hexdigest()))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(MNIST, "mirrors", [f"http://127.0.0.1:{server.server_port}/"])
    monkeypatch.setattr(MNIST, "resources", resources)
    monkeypatch.delenv("PYTEST_VERSION")
    try:
        yield requests
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def four_files():
    return {name: idx_bytes(name) for name in file_names()}


@pytest.mark.parametrize("quiet", [None, "CI", "COURSE_QUIET"])
def test_a_download_lands_in_the_cache(monkeypatch, capfd, tmp_path, four_files, quiet):
    if quiet:
        monkeypatch.setenv(quiet, "1")
    timeout = socket.getdefaulttimeout()
    root = tmp_path / "cache" / "course_lib"
    with mirror(monkeypatch, tmp_path / "served", four_files) as requests:
        assert download(root, file_names()) == ""
    assert ("GET", "/t10k-labels-idx1-ubyte.gz") in requests
    assert sorted(path.name for path in root.iterdir()) == ["MNIST"]
    assert {path.name: path.read_bytes() for path in (root / "MNIST" / "raw").iterdir()} == four_files
    assert data.has_mnist() and socket.getdefaulttimeout() == timeout
    assert ("100%" in capfd.readouterr().err) == (quiet is None)


def test_mnist_downloads_and_then_reads_from_the_cache(monkeypatch, tmp_path, four_files):
    """The read refuses the small files: proof that they were fetched, put where it looks, and verified."""
    with mirror(monkeypatch, tmp_path / "served", four_files):
        with pytest.raises(data.DataError, match="train-images-idx3-ubyte is truncated.*next call downloads it again"):
            data.mnist()
    assert data.has_mnist()


def test_a_failed_download_leaves_nothing_and_is_tried_once(monkeypatch, capsys, tmp_path, four_files):
    with mirror(monkeypatch, tmp_path / "served", four_files) as requests:
        (tmp_path / "served" / "t10k-labels-idx1-ubyte.gz").write_bytes(b"damaged on the way")
        inputs, _ = data.mnist()
        tried = len(requests)
        data.mnist("test")
    assert len(inputs) == 1540 and tried > 0 and len(requests) == tried
    assert "the download failed" in capsys.readouterr().out
    assert not data.has_mnist()
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []


def test_no_mirror_no_download(monkeypatch, capsys, tmp_path, four_files):
    with mirror(monkeypatch, tmp_path / "served", four_files):
        pass
    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    data.mnist("test")
    assert "did not answer" in capsys.readouterr().out


def test_a_cache_that_cannot_be_written_is_said(monkeypatch, tmp_path, four_files):
    (tmp_path / "file").write_text("no folder")
    with mirror(monkeypatch, tmp_path / "served", four_files):
        assert "the download failed" in download(tmp_path / "file" / "course_lib", file_names())


def test_a_silent_server_is_given_up_in_time(monkeypatch):
    monkeypatch.setattr("course_lib.data.downloads.CONNECT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        assert why_silent(f"http://127.0.0.1:{silent.getsockname()[1]}/") != ""
        assert time.monotonic() - start < 2


def test_a_slow_look_up_of_the_name_is_given_up_in_time(monkeypatch):
    """No timeout of the connection covers this one."""

    def slow(*_, **__):
        time.sleep(4)
        raise OSError("no such name")

    monkeypatch.setattr("course_lib.data.downloads.CONNECT_SECONDS", 0.3)
    monkeypatch.setattr(socket, "getaddrinfo", slow)
    start = time.monotonic()
    assert why_silent("http://mirror.invalid/") == "no answer in 0.3 seconds"
    assert time.monotonic() - start < 3
