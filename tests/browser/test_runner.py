"""The runner in a browser: nothing typed is lost, and the page says so."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, sign_in

pytestmark = pytest.mark.browser
PASTE = """(bytes) => {
  const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(bytes)], "image.png", { type: "image/png" }));
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: held, bubbles: true }));
}"""
SAVED = re.compile(r"Saved \d+:\d\d")


@pytest.fixture
def tester(example: Site, open_page: Callable[..., Page]) -> Page:
    """A tester in front of an open test."""
    page = open_page(viewport={"width": 1280, "height": 900})
    sign_in(page, example.base_url, *example.sign_ins["Tester (order entry)"])
    page.clock.install()
    page.goto(f"{example.base_url}/projects/OTC/my-work")
    page.locator("section.next button[type=submit]").click()
    expect(page.locator("#run")).to_be_visible()
    return page


def later(page: Page) -> None:
    """Let ten seconds pass in all windows: longer than any pause before something is saved, or tried again."""
    page.clock.fast_forward(10_000)


def choose(page: Page, step: int, value: str) -> None:
    page.locator(".step").nth(step).locator(".verdict label", has=page.locator(f"[value={value}]")).click()


@pytest.mark.proves("F10")
def test_words_answers_and_pictures_survive(tester: Page, tmp_path: Path) -> None:
    remark, state, submit = tester.locator("#remark"), tester.locator("#savestate"), tester.locator("#submit")

    # no connection: kept on this device, also when the page is loaded again
    tester.route("**/draft", lambda route: route.abort())
    remark.fill("Typed without a connection")
    later(tester)
    expect(state).to_contain_text("Kept on this device", timeout=15_000)
    tester.unroute("**/draft")

    # nor while the server cannot do it just now; once it can, it is sent without a hand
    tester.route("**/draft", lambda route: route.fulfill(status=503, json={"detail": "Not just now."}))
    tester.reload()
    expect(remark).to_have_value("Typed without a connection")
    later(tester)
    expect(state).to_contain_text("Kept on this device", timeout=15_000)
    tester.unroute("**/draft")
    later(tester)
    expect(state).to_contain_text(SAVED, timeout=25_000)

    # saved while one types, and the button repeats what it will do
    remark.fill("")
    choose(tester, 0, "could_not")
    expect(tester.locator(".step").first.get_by_text("Something stops me")).to_be_visible()
    tester.locator(".step").first.get_by_text("Something stops me").click()
    expect(submit).to_have_text("Submit as blocked")
    choose(tester, 0, "as_expected")
    choose(tester, -1, "not_as_expected")
    tester.locator(".step").last.locator("textarea").fill("It says Released")
    expect(submit).to_have_text("Submit as failed")
    later(tester)
    expect(state).to_contain_text(SAVED, timeout=15_000)
    picture(tester, tmp_path, "failed")

    # a file goes up at once, to the step one was at, and a large one is refused before it is sent
    Image.new("RGB", (320, 200), "#fff3cd").save(tmp_path / "seen.png")
    tester.locator("input[type=file]").set_input_files(tmp_path / "seen.png")
    expect(tester.locator(".shot", has_text="seen.png")).to_contain_text("Step")
    expect(tester.locator(".step").last.locator("textarea")).to_have_value("It says Released")
    (tmp_path / "large.png").write_bytes(b"x" * (11 * 1024 * 1024))
    tester.locator("input[type=file]").set_input_files(tmp_path / "large.png")
    expect(tester.locator("#files-error")).to_contain_text("more than 10 MB")

    # a second window is not overwritten: both are shown
    other = tester.context.new_page()
    other.goto(tester.url)
    other.locator("#remark").fill("From the other window")
    later(other)
    expect(other.locator("#savestate")).to_contain_text(SAVED, timeout=15_000)
    remark.fill("From this window")
    later(tester)
    expect(state).to_contain_text("Also typed in another window", timeout=15_000)
    submit.click()
    expect(tester.get_by_text("Nothing you typed is lost").first).to_be_visible()
    expect(remark).to_have_value("From the other window\nFrom this window")
    other.close()

    tester.wait_for_load_state("networkidle")
    # a picture from the clipboard is a file like any other
    tester.evaluate(PASTE, list((tmp_path / "seen.png").read_bytes()))
    expect(tester.locator(".shot", has_text="pasted-")).to_be_visible()

    # and the rest in one press
    choose(tester, -1, "as_expected")
    tester.locator(".step").last.locator("textarea").fill("")
    remark.fill("")
    tester.get_by_role("button", name="All as expected").click()
    expect(submit).to_have_text("Submit as passed")
    tester.set_viewport_size({"width": 320, "height": 800})
    picture(tester, tmp_path, "phone")
    submit.click()
    expect(tester).to_have_url(re.compile("/my-work"))
    expect(tester.get_by_text("Submitted: Passed.")).to_be_visible()


def picture(page: Page, folder: Path, name: str) -> None:
    """Nothing scrolls sideways; the picture is for whoever looks into a failed run."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
