"""The book is rendered anew when anything that a page is made of has changed, and only then."""

import subprocess

import pytest

from tools.execute import run_path
from tools.pages import render


@pytest.fixture
def rendered(tmp_path, monkeypatch):
    """A small tree, and how often its book was rendered: a list of return codes, one for each call."""
    for name in ("book/a.md", "course_lib/seed.py", "tools/t.py", "_config.yml", "requirements.lock", "other/x"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, "utf8")
    calls, fails = [], []

    def jb(command, **_):
        assert not (tmp_path / "_build/html").exists(), "from scratch"
        for folder in ("html", ".doctrees"):
            (tmp_path / "_build" / folder).mkdir(parents=True)
        (tmp_path / "_build/html/index.html").write_text("", "utf8")
        calls.append(len(fails))
        return subprocess.CompletedProcess(command, len(fails), stdout="")

    monkeypatch.setattr(render.subprocess, "run", jb)
    return tmp_path, calls, fails


def test_what_has_not_changed_is_not_rendered_again(rendered):
    root, calls, _ = rendered
    assert render.main(root) == render.main(root) == 0 and len(calls) == 1
    (root / "other/x").write_text("no page is made of this", "utf8")
    assert render.main(root) == 0 and len(calls) == 1


@pytest.mark.parametrize("name", ["book/a.md", "course_lib/seed.py", "tools/t.py", "_config.yml", "book/new.md"])
def test_what_has_changed_is_rendered_again(rendered, name):
    root, calls, _ = rendered
    render.main(root)
    (root / name).write_text("something else", "utf8")
    assert render.main(root) == 0 and len(calls) == 2


def test_a_rendering_that_failed_or_was_removed_is_done_again(rendered):
    root, calls, fails = rendered
    fails.append("a warning")
    assert render.main(root) == render.main(root) == 1 and len(calls) == 2
    fails.clear()
    assert render.main(root) == 0
    (root / "_build/html/index.html").unlink()
    assert render.main(root) == 0 and len(calls) == 4


def test_a_run_is_a_source_of_its_page():
    chapter = render.ROOT / "book" / "00-workflow.ipynb"
    assert {chapter, run_path(chapter), render.ROOT / "sphinx_ext" / "runs.py"} <= set(render.sources())
