"""Every page of the built book, in a browser: what it asks for, what it says in the console, how it reads.

Each class goes to one worker, so that two of them share the pages.
"""

import pytest
from browser import NAMES, NONE, new_page, page_problems

FRONT_DOOR = "index.html"  # only leads to the landing page
CHAPTERS, EXERCISES, SOLUTIONS = (
    [name for name in NAMES if name.startswith(f"{folder}/")] for folder in ("book", "exercises", "solutions")
)
OTHERS = [name for name in NAMES if name not in {FRONT_DOOR, *CHAPTERS, *EXERCISES, *SOLUTIONS}]


def check(browser, address, name):
    problems = page_problems(browser, address, name)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", CHAPTERS or NONE)
class TestChapters:
    def test_a_page_is_sound(self, browser, address, name):
        check(browser, address, name)


@pytest.mark.parametrize("name", EXERCISES or NONE)
class TestExercises:
    def test_a_page_is_sound(self, browser, address, name):
        check(browser, address, name)


@pytest.mark.parametrize("name", SOLUTIONS or NONE)
class TestSolutions:
    def test_a_page_is_sound(self, browser, address, name):
        check(browser, address, name)


class TestOtherPages:
    @pytest.mark.parametrize("name", OTHERS or NONE)
    def test_a_page_is_sound(self, browser, address, name):
        check(browser, address, name)

    def test_the_front_door_leads_to_the_landing_page(self, browser, address):
        page, log = new_page(browser, address)
        page.goto(address)
        page.wait_for_url("**/book/index.html")
        assert page.locator("h1").first.inner_text().startswith("The Deep Learning Workflow")
        assert not log.foreign + log.errors
        page.context.close()
