"""Every page of the worked example: a picture wide and narrow, light and dark; axe finds nothing; nothing scrolls sideways."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Response

from tests.browser.conftest import Site, sign_in

PAGES = [
    ("Tester (order entry)", "my-work", "/projects/OTC/my-work"),
    ("Super user (warehouse)", "my-work-waiting", "/projects/OTC/my-work"),
    ("Tester (purchasing)", "runner", "/projects/OTC/my-work → section.next button[type=submit]"),
    ("Tester (purchasing)", "run", "/projects/OTC/my-work → a[href*='/runs/OTC-T67']"),
    ("Business analyst", "overview", "/projects/OTC/overview"),
    ("Business analyst", "requirements", "/projects/OTC/requirements/"),
    ("Business analyst", "requirement", "/projects/OTC/requirements/1"),
    ("Business analyst", "quality", "/projects/OTC/requirements/quality"),
    ("Business analyst", "compare", "/projects/OTC/requirements/25/compare?old=1&new=2"),
    ("Business analyst", "baselines", "/projects/OTC/requirements/baselines"),
    ("Business analyst", "baseline", "/projects/OTC/requirements/baselines/1"),
    ("Business analyst", "baseline-difference", "/projects/OTC/requirements/baselines/1/difference"),
    ("Business analyst", "traceability", "/projects/OTC/traceability"),
    ("Business analyst", "agreed", "/projects/OTC/agreed"),
    ("Business analyst", "edit", "/projects/OTC/requirements/documents/1/edit"),
    ("Business analyst", "upload", "/projects/OTC/requirements/upload"),
    ("Business analyst", "test-case", "/projects/OTC/tests/1"),
    ("Project manager, customer", "cycles", "/projects/OTC/cycles/"),
    ("Project manager, customer", "cycle", "/projects/OTC/cycles/3"),
    ("Project manager, customer", "cycle-new", "/projects/OTC/cycles/new"),
    ("Project manager, customer", "scope", "/projects/OTC/cycles/3/scope"),
    ("Project manager, customer", "assign", "/projects/OTC/cycles/3/assign"),
    ("Project manager, customer", "exit-criteria", "/projects/OTC/criteria/"),
    ("Project manager, partner", "exit-criteria-own-proposal", "/projects/OTC/criteria/"),
    ("Project manager, partner", "exit-criteria-cycle", "/projects/OTC/criteria/?cycle=3"),
    ("Project manager, customer", "exit-criteria-edit", "/projects/OTC/criteria/edit"),
    ("Sponsor (finance)", "exit-criterion", "/projects/OTC/criteria/lights/share_passed"),
    ("Project manager, customer", "exit-criterion-own", "/projects/OTC/overview → .lights a[href*='/lights/own_']"),
    ("Project manager, customer", "members", "/projects/OTC/members"),
    ("Project manager, customer", "set-up", "/projects/OTC/set-up"),
    ("Project manager, customer", "calendar", "/projects/OTC/calendar/"),
    ("Project manager, customer", "acceptance-window", "/projects/OTC/signoffs/acceptance-window"),
    ("Project manager, partner", "silence", "/projects/OTC/signoffs/2/silence"),
    ("Project manager, customer", "signoff-new", "/projects/OTC/signoffs/new"),
    ("Project manager, customer", "deputies", "/projects/OTC/deputies/"),
    ("Project manager, customer", "signoff-again", "/projects/OTC/signoffs/new?again=3"),
    ("Sponsor (finance)", "my-signatures", "/signed/"),
    ("Project manager, customer", "audit", "/projects/OTC/audit"),
    ("Lead, partner", "defects", "/projects/OTC/defects/"),
    ("Lead, partner", "defect-new-state", "/projects/OTC/defects/19"),
    ("Tester (order entry)", "defect-proposed", "/projects/OTC/defects/14"),
    ("Project manager, customer", "defect-contested", "/projects/OTC/defects/16"),
    ("Project manager, customer", "defect-report", "/projects/OTC/defects/new"),
    ("Sponsor (finance)", "readiness", "/projects/OTC/signoffs/readiness"),
    ("Project manager, partner", "readiness-partner", "/projects/OTC/signoffs/readiness"),
    ("Sponsor (finance)", "decisions", "/projects/OTC/signoffs/"),
    ("Sponsor (finance)", "lapsed", "/projects/OTC/signoffs/3"),
    ("Sponsor (finance)", "conditions", "/projects/OTC/signoffs/conditions"),
    ("Sponsor (finance)", "condition", "/projects/OTC/signoffs/4/conditions/1"),
    ("Sponsor (finance)", "waivers", "/projects/OTC/signoffs/waivers"),
    ("Sponsor (finance)", "certificates", "/projects/OTC/signoffs/certificates"),
    ("Sponsor (finance)", "sign", "/projects/OTC/signoffs/2"),
    ("Sponsor (finance)", "signed", "/projects/OTC/signoffs/1"),
    ("Sponsor (finance)", "signed-with-conditions", "/projects/OTC/signoffs/4"),
    ("Sponsor (finance)", "account", "/account"),
    ("Project manager, customer", "signed-with-proof", "/projects/OTC/signoffs/1"),
    ("Administrator", "access", "/administration/access/"),
    ("Sponsor (finance)", "second-step-move", "/account/second-step"),
    ("Tester (order entry)", "second-step", "/account/second-step"),
    ("Sponsor (finance)", "second-step-codes", "/account/second-step/codes"),
    ("Administrator", "organisation-calendar", "/administration/organisations/1/calendar"),
    (
        "Sponsor (finance)",
        "check-of-a-certificate",
        "/projects/OTC/signoffs/1 → a[href*='/check/']:not([href$='/check/'])",
    ),
    ("Administrator", "administration", "/administration/"),
    ("Administrator", "administration-people", "/administration/people"),
    ("", "sign-in", "/sign-in"),
    ("", "reset", "/reset"),
    ("", "check", "/check/"),
]
LOOKS = [(1280, "light"), (1280, "dark"), (320, "light"), (320, "dark")]
IGNORED = {"region"}


def _open(open_page: Callable[..., Page], example: Site, role: str, width: int, scheme: str) -> Page:
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    if role:
        sign_in(page, example.base_url, *example.sign_ins[role])
    return page


def _go(page: Page, base_url: str, path: str) -> Response | None:
    """Open a page; behind an arrow stands what is pressed on it to come to the one that is meant."""
    path, _, pressed = path.partition(" → ")
    answer = page.goto(base_url + path)
    if not pressed:
        return answer
    with page.expect_navigation() as led_on:
        page.locator(pressed).first.click()
    return led_on.value


@pytest.mark.looks
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
@pytest.mark.parametrize("role", sorted({role for role, _name, _path in PAGES}))
def test_pictures(example: Site, open_page: Callable[..., Page], role: str, width: int, scheme: str) -> None:
    folder = Path(os.environ.get("UATAPP_LOOKS", "looks"))
    folder.mkdir(exist_ok=True)
    page = _open(open_page, example, role, width, scheme)
    for whose, name, path in PAGES:
        if whose == role:
            answer = _go(page, example.base_url, path)
            page.screenshot(path=str(folder / f"{name}-{width}-{scheme}.png"), full_page=True)
            assert answer is not None
            assert answer.status == 200, path


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("role", sorted({role for role, _name, _path in PAGES}))
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    example: Site, open_page: Callable[..., Page], role: str
) -> None:
    faults = []
    page = _open(open_page, example, role, 320, "light")
    for whose, name, path in PAGES:
        if whose != role:
            continue
        answer = _go(page, example.base_url, path)
        if answer is None or answer.status != 200:
            faults.append(f"{name}: {answer.status if answer else 'no answer'}")
            continue
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            faults.append(f"{name}: scrolls sideways at 320 px")
        for violation in Axe().run(page).response["violations"]:
            if violation["id"] not in IGNORED:
                nodes = [node["html"][:160] for node in violation["nodes"][:2]]
                faults.append(f"{name}: {violation['id']}: {violation['help']} {nodes}")
    assert not faults, "\n".join(faults)
