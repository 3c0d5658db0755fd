"""The main job, end to end, through the pages, each step as its own user: requirement in, signed certificate out."""

import email
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from email import policy
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Site, set_up_second_step, sign_in

PASSWORD = "copper pipes of 22 mm"
FEATURE = """Feature: Order entry
  Background:
    Given you are signed in as order.clerk2

  @must
  Scenario: An order above the credit limit is held
    When you enter an order of 2,360.00 for customer 40012
    And you save the order
    Then the order has the status On credit hold

  @must
  Scenario Outline: The price follows the agreement
    When you enter article 7731 for customer <customer>
    Then the price is <price>

    Examples:
      | customer | price  |
      | 40012    | 118.00 |
      | 40044    | 126.50 |
"""


class Story:
    """The site and a browser for each person."""

    def __init__(self, site: Site, open_page: Callable[..., Page]) -> None:
        self.site, self.open_page = site, open_page
        self.pages: dict[str, Page] = {}

    def url(self, path: str) -> str:
        return self.site.base_url + path

    def project(self, path: str) -> str:
        return self.url(f"/projects/OTC{path}")

    def as_(self, name: str) -> Page:
        if name not in self.pages:
            self.pages[name] = self.open_page(viewport={"width": 1280, "height": 900}, accept_downloads=True)
        return self.pages[name]

    def invitation(self, address: str) -> str:
        """Wait for the invitation mail in the mail folder and return its link."""
        for _ in range(200):
            for path in sorted((self.site.home / "mail").glob("*.eml"), reverse=True):
                mail = email.message_from_bytes(path.read_bytes(), policy=policy.default)
                body = mail.get_body(("plain",))
                if (
                    address in str(mail["To"])
                    and body
                    and (link := re.search(r"http\S+/invitation/\S+", body.get_content()))
                ):
                    return link[0]
            time.sleep(0.1)
        raise AssertionError(f"no invitation for {address}")

    def accept(self, name: str, address: str) -> Page:
        page = self.as_(name)
        page.goto(self.invitation(address))
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("input[name=password_confirm]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        expect(page).not_to_have_url(re.compile("invitation"))
        return page

    def invite(self, by: str, name: str, address: str, roles: list[str], unit: str = "") -> None:
        page = self.as_(by)
        page.goto(self.project("/members"))
        form = page.locator("form[action$='/members']")
        form.locator("input[name=name]").fill(name)
        form.locator("input[name=email]").fill(address)
        for role in roles:
            form.locator(f"input[name=roles][value={role}]").check()
        if unit:
            form.locator("select[name=unit]").select_option(label=unit)
        form.locator("button[type=submit]").click()
        expect(page.get_by_text(name).first).to_be_visible()


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_one_requirements_whole_life(empty_site: Site, open_page: Callable[..., Page], tmp_path: Path) -> None:
    story = Story(empty_site, open_page)
    _set_up(story)
    _requirements(story, tmp_path)
    _cycle(story)
    _testing(story, tmp_path)
    _problem(story)
    _change(story)
    _figures(story)
    _decision(story)
    _certificate(story, tmp_path)
    _results(story)


def _command(story: Story, *arguments: str) -> subprocess.CompletedProcess[str]:
    import os

    env = {**os.environ, "UATAPP_HOME": str(story.site.home), "UATAPP_BASE_URL": story.site.base_url}
    code = "from uatapp.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], env=env, capture_output=True, text=True, check=False
    )


def _set_up(story: Story) -> None:
    """Points 1 and 2: an empty installation, its administrator, a project, its people."""
    link = re.search(r"http\S+", _command(story, "setup-link").stdout)
    assert link
    admin = story.as_("admin")
    admin.goto(link[0])
    admin.locator("input[name=name]").fill("Ada Lund")
    admin.locator("input[name=email]").fill("ada@it.example")
    admin.locator("input[name=password]").fill(PASSWORD)
    admin.locator("input[name=password_confirm]").fill(PASSWORD)
    admin.locator("main form button[type=submit]").first.click()
    if "/sign-in" in admin.url:
        sign_in(admin, story.site.base_url, "ada@it.example", PASSWORD)
    set_up_second_step(admin)
    admin.goto(story.url("/administration/projects/new"))
    for name, value in {
        "key": "OTC", "name": "Order to cash", "customer": "Nordwind", "partners": "Halden",
        "customer_name": "Anders Vik", "customer_email": "anders@nordwind.example",
        "partner_name": "Mark Ellery", "partner_email": "mark@halden.example",
    }.items():  # fmt: skip
        admin.locator(f"[name={name}]").fill(value)
    admin.locator("main form button[type=submit]").last.click()
    expect(admin.get_by_text("Order to cash").first).to_be_visible()
    assert admin.goto(story.project("/overview")).status == 404  # an administrator is not a member  # type: ignore[union-attr]
    story.accept("manager", "anders@nordwind.example")
    story.accept("partner_manager", "mark@halden.example")
    manager = story.as_("manager")
    for kind, name in [("unit", "Order entry"), ("process", "Orders"), ("environment", "UAT-2"), ("build", "2.4.0")]:
        manager.goto(story.project("/set-up"))
        form = manager.locator(f"form[action$='/set-up/{kind}']")
        _unfold(form)
        form.locator("input[name=name]").fill(name)
        if kind == "environment":
            form.locator("[name=address]").fill("https://uat2.nordwind.example")
            form.locator("[name=sign_in_hint]").fill("order.clerk2")
        form.locator("button[type=submit]").first.click()
        expect(manager.get_by_text(name).first).to_be_visible()
    for name, address, roles in [
        ("Sofia Renner", "sofia@nordwind.example", ["analyst"]),
        ("Greta Holm", "greta@nordwind.example", ["department_head"]),
        ("Marta Lindqvist", "marta@nordwind.example", ["tester"]),
        ("Henrik Dahl", "henrik@nordwind.example", ["sponsor"]),
    ]:
        story.invite("manager", name, address, roles, "Order entry" if roles != ["sponsor"] else "")
    for name, address, role in [
        ("Tomasz", "tomasz@halden.example", "lead"),
        ("Priya", "priya@halden.example", "engineer"),
    ]:
        story.invite("partner_manager", name, address, [role])
    for name, address in [
        ("analyst", "sofia@nordwind.example"), ("head", "greta@nordwind.example"), ("tester", "marta@nordwind.example"),
        ("sponsor", "henrik@nordwind.example"), ("lead", "tomasz@halden.example"), ("engineer", "priya@halden.example"),
    ]:  # fmt: skip
        story.accept(name, address)
    manager.goto(story.project("/members"))
    manager.get_by_role("link", name="Henrik Dahl").click()
    manager.locator("form[action$='/signing-right'] button[type=submit]").click()
    manager.goto(story.project("/members"))
    expect(manager.get_by_text("May sign").first).to_be_visible()


def _requirements(story: Story, tmp_path: Path) -> None:
    """Point 2: a broken file is told with its place; the good one comes in, is approved, and becomes tests."""
    broken, good = tmp_path / "broken.feature", tmp_path / "orders.feature"
    broken.write_text("Feature: X\n  Scenario: Y\n    Given a step\n    Wenn nothing\n")
    good.write_text(FEATURE)
    analyst = story.as_("analyst")
    analyst.goto(story.project("/requirements/upload"))
    analyst.locator("input[type=file]").set_input_files([str(broken), str(good)])
    analyst.locator("select[name=unit]").select_option(label="Order entry")
    analyst.locator("select[name=business_process]").select_option(label="Orders")
    analyst.locator("main form button[type=submit]").first.click()
    expect(analyst.get_by_text("broken.feature").first).to_be_visible()
    analyst.goto(story.project("/requirements/1"))
    expect(analyst.get_by_text("You should see").first).to_be_visible()
    _approve_all(story, 2)
    head = story.as_("head")
    head.goto(story.project("/tests/"))
    expect(head.get_by_text("OTC-T3").first).to_be_visible()


def _approve_all(story: Story, count: int) -> None:
    head = story.as_("head")
    head.goto(story.project("/requirements/waiting"))
    boxes = head.locator("input[name=chosen]:enabled")
    expect(boxes).to_have_count(count)
    for box in boxes.all():
        box.check()
    head.get_by_role("button", name="Approve the chosen requirements").click()
    expect(head.locator("input[name=chosen]:enabled")).to_have_count(0)


def _cycle(story: Story) -> None:
    """Point 4: plan, scope by tags, assign, open."""
    manager = story.as_("manager")
    manager.goto(story.project("/cycles/new"))
    manager.locator("input[name=name]").fill("Cycle 1")
    today = time.strftime("%Y-%m-%d")
    manager.locator("input[name=starts_on]").fill(today)
    manager.locator("input[name=ends_on]").fill(today)
    manager.locator("main form button[type=submit]").click()
    manager.locator("input[name=expression]").fill("@must and not @later")
    manager.get_by_role("button", name="Find tests").click()
    manager.get_by_role("button", name="Take all 3 in").click()
    expect(manager.locator("input[name=cases]:checked")).to_have_count(3)
    manager.get_by_role("button", name="Save the scope and assign").click()
    manager.locator("[data-all=cases]").check()
    manager.get_by_text("Marta Lindqvist").click()
    manager.get_by_role("button", name="Assign the tests").click()
    _exit_criteria(story)
    manager.goto(story.project("/cycles/1"))
    manager.get_by_role("button", name="Open this cycle").click()
    expect(manager.get_by_text("3 tests are left to do")).to_be_visible()


def _exit_criteria(story: Story) -> None:
    """Point 11: one side proposes what must be true, the other agrees; a cycle opens only then."""
    manager, partner = story.as_("manager"), story.as_("partner_manager")
    manager.get_by_role("button", name="Open this cycle").click()
    expect(manager.get_by_text("both sides have agreed the exit criteria").first).to_be_visible()
    manager.goto(story.project("/criteria/"))
    manager.get_by_role("link", name="Choose the criteria").click()
    manager.get_by_label("At least, in percent").nth(1).fill("95")
    manager.get_by_role("button", name="Propose to the other side").click()
    expect(manager.get_by_text("Mark Ellery has yet to agree.")).to_be_visible()
    partner.goto(story.project("/criteria/"))
    partner.get_by_role("button", name="Agree to these criteria").click()
    expect(partner.get_by_role("heading", name="Both sides agreed what must be true")).to_be_visible()


def _start(tester: Page, story: Story) -> None:
    tester.goto(story.project("/my-work"))
    tester.locator("section.next button[type=submit]").click()
    expect(tester.locator("#run")).to_be_visible()


def _all_as_expected(tester: Page) -> None:
    """Answer what is left in one press, and submit what the button then says."""
    tester.get_by_role("button", name="All as expected").click()
    tester.get_by_role("button", name="Submit as passed").click()


def _testing(story: Story, tmp_path: Path) -> None:
    """Point 5: step by step, a screenshot, going on later, all as expected, an own slip taken back."""
    tester = story.as_("tester")
    _start(tester, story)
    first = tester.locator(".step").first
    first.locator("label", has=tester.locator("input[value=as_expected]")).click()
    tester.locator("textarea[name=remark]").fill("Typed and not lost")
    expect(tester.locator("#savestate")).to_contain_text(re.compile(r"Saved \d+:\d\d|Saved Today"), timeout=12_000)
    tester.goto(story.project("/my-work"))
    _start(tester, story)
    expect(tester.locator("textarea[name=remark]")).to_have_value("Typed and not lost")
    tester.locator("textarea[name=remark]").fill("")
    picture = tmp_path / "seen.png"
    from PIL import Image

    Image.new("RGB", (320, 200), "#fff3cd").save(picture)
    tester.locator("input[type=file]").set_input_files(str(picture))
    expect(tester.locator(".shot", has_text="seen.png")).to_be_visible()
    last = tester.locator(".step").last
    last.locator("label", has=tester.locator("input[value=not_as_expected]")).click()
    last.locator("textarea").first.fill("The status is Released, not On credit hold")
    for step in tester.locator(".step").all()[:-1]:
        step.locator("label", has=tester.locator("input[value=as_expected]")).click()
    expect(tester.locator("#submit")).to_contain_text("failed")
    tester.locator("#submit").click()
    expect(tester).to_have_url(re.compile(r"/defects/new"))
    expect(tester.locator("[name=description]")).to_have_value(re.compile("Released"))
    tester.locator("label.choice", has_text="Major").click()
    tester.get_by_role("button", name="Report this problem").click()
    expect(tester.get_by_text("seen.png").first).to_be_visible()
    for _ in range(2):
        _start(tester, story)
        _all_as_expected(tester)
        expect(tester).to_have_url(re.compile("/my-work"))
    tester.get_by_role("button", name=re.compile("Take back")).first.click()
    expect(tester).to_have_url(re.compile("/my-work"))
    _start(tester, story)
    _all_as_expected(tester)


def _problem(story: Story) -> None:
    """Point 6: triage, fix in a build, deployment, retest by who found it, closed."""
    lead, engineer, manager, tester = (story.as_(n) for n in ("lead", "engineer", "manager", "tester"))
    lead.goto(story.project("/defects/1"))
    lead.get_by_role("button", name="Accept as a defect").click()
    expect(lead.get_by_text("The team is fixing it")).to_be_visible()
    tester.goto(story.project("/my-work"))
    expect(tester.get_by_text("Waits for a fix").first).to_be_visible()
    story.as_("partner_manager").goto(story.project("/set-up"))
    _add_build(story.as_("partner_manager"), story, "2.4.1")
    engineer.goto(story.project("/defects/1"))
    engineer.locator("summary", has_text="Fixed in a build").click()
    engineer.locator("select[name=build]").select_option("2.4.1")
    engineer.get_by_role("button", name="Fixed in a build").click()
    manager.goto(story.project("/cycles/1"))
    manager.locator("select[name=build]").select_option(label="2.4.1")
    manager.get_by_role("button", name="Record the deployment").click()
    tester.goto(story.project("/my-work"))
    expect(tester.get_by_text("Fixed: please try again").first).to_be_visible()
    _start(tester, story)
    _all_as_expected(tester)
    expect(tester).to_have_url(re.compile("/my-work"))
    lead.goto(story.project("/defects/1"))
    expect(lead.get_by_text("Closed: tested again and passed")).to_be_visible()


def _unfold(form: Locator) -> None:
    if not form.is_visible():
        form.locator("xpath=ancestor::details[1]/summary").click()


def _add_build(page: Page, story: Story, name: str) -> None:
    page.goto(story.project("/set-up"))
    form = page.locator("form[action$='/set-up/build']")
    _unfold(form)
    form.locator("input[name=name]").fill(name)
    form.locator("button[type=submit]").first.click()
    expect(page.get_by_text(name).first).to_be_visible()


def _change(story: Story) -> None:
    """Point 3: an approved requirement changes; its tests are suspect; the analyst decides; what must is tested again."""
    analyst, tester = story.as_("analyst"), story.as_("tester")
    analyst.goto(story.project("/requirements/1"))
    analyst.locator("a[href*='/edit']").first.click()
    source = analyst.locator("textarea[name=source]")
    source.fill(source.input_value().replace("you are signed in as order.clerk2", "you are signed in as order.clerk3"))
    analyst.locator("main form button[type=submit]").first.click()
    _approve_all(story, 2)
    analyst.goto(story.project("/tests/changed"))
    boxes = analyst.locator("input[type=checkbox][name]:enabled, input[type=radio][value=test_again]")
    assert boxes.count()
    _decide_changed(analyst)
    for _ in range(3):
        _start(tester, story)
        _all_as_expected(tester)
        expect(tester).to_have_url(re.compile("/my-work"))
    expect(tester.get_by_text("You are done for now")).to_be_visible()


def _decide_changed(analyst: Page) -> None:
    """Test again: every changed test."""
    for box in analyst.locator("input[name=chosen]:enabled").all():
        box.check()
    analyst.locator("label.choice", has_text="Test again").click()
    analyst.get_by_role("button", name="Decide for the chosen tests").click()
    expect(analyst.locator("input[name=chosen]")).to_have_count(0)


def _figures(story: Story) -> None:
    """Point 7: everybody sees the criteria met."""
    sponsor = story.as_("sponsor")
    sponsor.goto(story.project("/overview"))
    expect(sponsor.get_by_text("4 of 4 met")).to_be_visible()


def _decision(story: Story) -> None:
    """Point 8: closed, requested, read and signed with password and code."""
    manager, sponsor = story.as_("manager"), story.as_("sponsor")
    manager.goto(story.project("/cycles/1"))
    manager.get_by_role("button", name="Close this cycle").click()
    manager.goto(story.project("/signoffs/new"))
    manager.locator("input[name=title]").fill("Order entry")
    manager.get_by_text("Cycle 1").first.click()
    manager.get_by_text("Henrik Dahl", exact=True).click()
    manager.get_by_role("button", name="Freeze the scope and ask").click()
    sponsor.goto(story.project("/signoffs/1"))
    sponsor.get_by_role("link", name="Set up the second step").click()
    app = set_up_second_step(sponsor)
    sponsor.locator("textarea[name=text]").fill("Who tried the prices?")
    sponsor.get_by_role("button", name="Send").click()
    expect(sponsor.get_by_text("Who tried the prices?")).to_be_visible()
    sponsor.locator("label.choice", has_text="Accept with conditions").click()
    sponsor.locator("#condition-1").fill("Page numbers on delivery notes")
    sponsor.locator("#owner-1").fill("Halden")
    sponsor.locator("#due-1").fill(time.strftime("%Y-12-31"))
    sponsor.locator("input[name=consent]").check()
    sponsor.locator("input[name=read]").check()
    sponsor.locator("input[name=password]").fill("not my password")
    sponsor.locator("input[name=code]").fill(app.generate(int(time.time()) + 30).token)
    sponsor.get_by_role("button", name="Sign: accept with conditions").click()
    expect(sponsor.get_by_text("Nothing was signed").first).to_be_visible()
    expect(sponsor.locator("#condition-1")).to_have_value("Page numbers on delivery notes")
    sponsor.locator("input[name=password]").fill(PASSWORD)
    sponsor.locator("input[name=code]").fill(app.generate(int(time.time()) + 30).token)
    sponsor.get_by_role("button", name="Sign: accept with conditions").click()
    expect(sponsor.get_by_text("Accepted with conditions").first).to_be_visible()


def _certificate(story: Story, tmp_path: Path) -> None:
    """Point 9: the sealed PDF, its public page, `uatapp verify` with and without it, the audit trail in sentences."""
    sponsor = story.as_("sponsor")
    for _ in range(60):
        sponsor.goto(story.project("/signoffs/1"))
        if sponsor.get_by_role("link", name="Open the certificate").count():
            break
        time.sleep(1)
    answer = sponsor.request.get(story.project("/signoffs/1/certificate.pdf"))
    assert answer.body().startswith(b"%PDF")
    paper, forged = tmp_path / "certificate.pdf", tmp_path / "forged.pdf"
    paper.write_bytes(answer.body())
    middle = len(answer.body()) // 3
    forged.write_bytes(answer.body()[:middle] + bytes([answer.body()[middle] ^ 1]) + answer.body()[middle + 1 :])
    good = _command(story, "verify", "--certificate", str(paper))
    assert good.returncode == 0, good.stdout + good.stderr
    assert _command(story, "verify", "--certificate", str(forged)).returncode == 1
    assert _command(story, "verify", "OTC", "--evidence").returncode == 0
    public = story.as_("anybody")
    printed = sponsor.locator("a[href*='/check/']").filter(has_text=re.compile(r"[A-Z2-7]{4} [A-Z2-7]{4}")).first
    public.goto(story.url(printed.get_attribute("href") or ""))
    expect(public.get_by_role("heading", level=1)).to_contain_text("We issued this certificate")
    public.locator("input[type=file]").set_input_files(str(paper))
    public.get_by_role("button", name="Compare this file").click()
    expect(public.get_by_role("heading", level=1)).to_contain_text("genuine")
    manager = story.as_("manager")
    manager.goto(story.project("/audit"))
    expect(manager.get_by_text(re.compile("signed OTC-S1")).first).to_be_visible()


def _results(story: Story) -> None:
    """Point 10: executed results as Excel."""
    answer = story.as_("manager").request.get(story.project("/results.xlsx"))
    book = openpyxl.load_workbook(BytesIO(answer.body()))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert len(rows) == 1 + 8, json.dumps([str(row) for row in rows])
    assert {row[9] for row in rows[1:]} == {"Marta Lindqvist"}
