"""The editor while one types: what the server finds appears by itself, and leads to its character."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_security import hash_password
from playwright.sync_api import Browser, Page, expect

from tests.threats import serving
from tests.world import PASSWORD, build
from uatapp.kernel.db import db
from uatapp.operations import schema

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TEXT = "Feature: Orders\n\n  Scenario: Saved\n    When 🚀 you click the button\n    Then the order has a number\n"


@pytest.fixture
def page(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    port = serving.free_port()
    app = serving.make_app(tmp_path, port)
    app.config["WTF_CSRF_ENABLED"] = True
    with app.app_context():
        schema.upgrade()
        world = build(app, hash_password(PASSWORD))
        db.session.remove()
    with serving.served(app, port) as base_url:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        serving.sign_in(context, world, "analyst", base_url)
        found = context.new_page()
        found.goto(f"{base_url}/projects/PAY/requirements/new")
        yield found
        context.close()


def _typed(page: Page, text: str) -> None:
    page.locator("#source").fill(text)


def _at(page: Page) -> int:
    """Return where the cursor is, in the browser's own units."""
    return int(page.locator("#source").evaluate("e => e.selectionStart"))


def test_what_is_found_appears_while_one_types_and_leads_to_its_character(page: Page) -> None:
    panel = page.locator("[data-module=check]")
    _typed(page, TEXT)
    expect(panel.get_by_text("You should see")).to_be_visible()
    expect(panel.get_by_text("The order has a number")).to_be_visible()
    places = panel.locator("li", has_text="click").locator("a[data-line='4']").first
    places.click()
    at = _at(page)
    assert TEXT.encode("utf-16-le")[2 * at :].decode("utf-16-le").startswith("click")
    _typed(page, TEXT.replace("    Then", "    🚀🚀 oops\n    Then"))
    expect(panel.get_by_role("status")).to_contain_text("Line 5")
    panel.get_by_role("status").get_by_role("link").click()
    broken = page.locator("#source").input_value()
    assert broken.encode("utf-16-le")[2 * _at(page) :].decode("utf-16-le").startswith("🚀🚀 oops")
    _typed(page, TEXT)
    expect(panel.get_by_role("status")).to_have_count(0)
    panel.locator("summary", has_text="An example").first.click()
    expect(panel.locator("details[open] pre").first).to_be_visible()
    page.locator("#source").press("End")
    page.keyboard.type("\n    And the order is in the list")
    expect(panel.get_by_text("The order is in the list")).to_be_visible()
    expect(panel.locator("details[open] pre").first).to_be_visible()
    page.get_by_role("button", name="Save and send for review").click()
    expect(page.get_by_role("heading", name="Orders", exact=True)).to_be_visible()
