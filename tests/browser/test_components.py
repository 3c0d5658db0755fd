"""The gallery in Chromium: axe finds nothing in either look, long words stay inside, and scripts only make it quicker."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PICTURE = {"name": "screen.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}


@pytest.fixture
def gallery(open_page: Callable[..., Page], example: Site) -> Callable[..., Page]:
    def opened(**options: object) -> Page:
        page = open_page(**options)
        page.goto(f"{example.base_url}/gallery/")
        return page

    return opened


@pytest.mark.parametrize("width", [1280, 800, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_is_accessible_and_stays_inside(gallery: Callable[..., Page], width: int, scheme: str) -> None:
    page = gallery(viewport={"width": width, "height": 900}, color_scheme=scheme)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert [fault["id"] for fault in Axe().run(page).response["violations"]] == []


def test_errors_take_the_focus_and_lead_to_their_fields(gallery: Callable[..., Page]) -> None:
    page = gallery()
    expect(page.locator(".summary")).to_be_focused()
    page.locator(".summary a").first.click()
    expect(page.locator("#wrong-due")).to_be_focused()


def test_a_question_is_a_dialog_that_can_be_left(gallery: Callable[..., Page]) -> None:
    page = gallery()
    page.locator("summary", has_text="Void this run").click()
    dialog = page.get_by_role("dialog", name="Void this run?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.locator("summary", has_text="Void this run").click()
    page.get_by_role("button", name="Keep it").first.click()
    expect(dialog).to_be_hidden()


def test_without_script_the_question_folds_out(gallery: Callable[..., Page]) -> None:
    page = gallery(java_script_enabled=False)
    page.locator("summary", has_text="Void this run").click()
    expect(page.get_by_role("button", name="Void this run").last).to_be_visible()
    expect(page.get_by_role("button", name="Copy 40012")).to_be_hidden()


def test_chosen_files_are_shown_and_can_be_left_out(gallery: Callable[..., Page]) -> None:
    page = gallery()
    page.locator("input[name=gallery-files]").set_input_files([PICTURE, {**PICTURE, "name": "other.png"}])
    expect(page.locator(".drop__list li")).to_have_count(2)
    page.get_by_role("button", name="Leave out: screen.png").click()
    expect(page.locator(".drop__list li")).to_have_count(1)
    assert page.evaluate("document.querySelector('[name=gallery-files]').files[0].name") == "other.png"


def test_pasted_pictures_are_added(gallery: Callable[..., Page]) -> None:
    page = gallery()
    page.wait_for_selector(".drop__list", state="attached")  # the module is loaded
    page.evaluate("""() => {
      const held = new DataTransfer();
      held.items.add(new File(["x"], "image.png", { type: "image/png" }));
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true }));
    }""")
    expect(page.locator(".drop__names")).to_contain_text("pasted-")


def test_a_copied_value_is_told_in_a_toast(gallery: Callable[..., Page]) -> None:
    page = gallery(permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy 40012").click()
    expect(page.locator(".toasts")).to_have_text("Copied 40012")
    assert page.evaluate("navigator.clipboard.readText()") == "40012"


def test_a_side_is_chosen_at_each_difference(gallery: Callable[..., Page]) -> None:
    page = gallery()
    both, text = page.locator("[data-control=g-both]"), page.locator("#g-both")
    expect(text).to_have_value(re.compile(r"^Sign in as order\.clerk3\n.*\nCall 207 .*\nCall the desk", re.S))
    both.get_by_label("What was saved").last.check()
    expect(text).to_have_value("Sign in as order.clerk3\nThe password is on the intranet\nCall 207 when it fails")
    text.press_sequentially("!")
    expect(both.get_by_label("Mine").first).to_be_disabled()
    expect(both.get_by_text("so it stays as you wrote it")).to_be_visible()


def test_without_script_both_texts_stand_above_the_merged_one(gallery: Callable[..., Page]) -> None:
    page = gallery(java_script_enabled=False)
    both = page.locator("[data-control=g-both]")
    expect(both.get_by_text("Call 207 when it fails").first).to_be_visible()
    expect(both.get_by_label("Mine").first).to_be_hidden()
    expect(page.locator("#g-both")).to_have_value(re.compile("Call 207 .*\nCall the desk", re.S))
