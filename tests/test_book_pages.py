"""Every page of the built book, in a browser: what it asks for, what it says in the console, how it reads."""
import pytest
from browser import NAMES, NONE, new_page, page_problems

FRONT_DOOR = "index.html"  # only leads to the landing page
PAGES = [name for name in NAMES if name != FRONT_DOOR] or NONE


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound(browser, address, name):
    problems = page_problems(browser, address, name)
    assert not problems, "\n".join(problems)


def test_the_front_door_leads_to_the_landing_page(browser, address):
    page, log = new_page(browser, address)
    page.goto(address)
    page.wait_for_url("**/book/index.html")
    assert page.locator("h1").first.inner_text().startswith("The Deep Learning Workflow")
    assert not log.foreign + log.errors
    page.context.close()
