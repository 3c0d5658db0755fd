"""Steps of features/projects/working_calendars.feature: on the pages, as project managers do it."""

from datetime import date, timedelta
from io import BytesIO

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.world import World
from uatapp.accounts.models import Organisation
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.projects import calendars, timetable
from uatapp.projects.calendars import WorkingCalendar
from uatapp.projects.holidays import WEEKDAYS

scenarios("projects/working_calendars.feature")
PAGE = "/projects/PAY/calendar/"
CHRISTMAS = (
    b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20301225\nSUMMARY:Christmas Day\nEND:VEVENT\nEND:VCALENDAR"
)
FRIDAY = date(2030, 1, 11)
DAY = date(2030, 12, 25)


class Story:
    """What the steps of one scenario hand on."""

    def __init__(self, world: World) -> None:
        self.world, self.page, self.status = world, "", 0

    def get(self, who: str, path: str = PAGE) -> str:
        self.page = self.world.client(who).get(path).text
        return self.page

    def post(self, who: str, action: str, path: str = PAGE, **fields: object) -> int:
        answer = self.world.client(who).post(f"{path}{action}", data=fields)
        self.page, self.status = answer.text, answer.status_code
        return self.status

    def organisation(self, name: str) -> int:
        db.session.rollback()
        found = db.session.scalar(sa.select(Organisation.id).where(Organisation.name == name))
        assert found is not None
        return found

    def calendar(self, name: str = "Nordwind") -> WorkingCalendar:
        return timetable.calendar_of(self.organisation(name), "Europe/Berlin")


def week(version: int = 0, **changed: str) -> dict[str, object]:
    hours = dict.fromkeys(WEEKDAYS[:5], "9:00-17:00") | dict.fromkeys(WEEKDAYS[5:], "")
    began = {f"was_{name}": text for name, text in {**hours, "zone": "Europe/Berlin"}.items()}
    return {**began, **hours, "zone": "Europe/Berlin", "version": str(version), **changed}


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


@when("a project manager of the customer opens the page of working days and hours")
def _open(story: Story) -> None:
    story.get("manager")


@then("it says that nobody has changed Monday to Friday, 9:00 to 17:00")
def _default(story: Story) -> None:
    assert "Nobody has changed this yet: Monday to Friday, 9:00 to 17:00, in the zone Europe/Berlin" in story.page
    assert story.page.count('value="9:00-17:00"') >= 10  # five days, each with the text it began with


@when(parsers.parse('a project manager of the customer sets Friday to "{hours}"'))
def _set(story: Story, hours: str) -> None:
    assert story.post("manager", "hours", **week(friday=hours)) == 303


def ends(story: Story, name: str) -> int:
    at = calendars.closing(story.calendar(name), FRIDAY)
    assert at is not None
    return (at + timedelta(hours=1)).hour  # Berlin in winter


@then("the customer's working day ends at noon on a Friday")
def _noon(story: Story) -> None:
    assert ends(story, "Nordwind") == 12


@then("the partner's working day still ends at 17 o'clock on a Friday")
def _partner_ends(story: Story) -> None:
    assert ends(story, "Halden") == 17


@then("the partner's working day ends at 11 o'clock on a Friday")
def _partner_ends_early(story: Story) -> None:
    assert ends(story, "Halden") == 11


@then("the audit trail of the installation tells who changed it")
def _told(story: Story) -> None:
    where = (AuditEntry.chain == "system", AuditEntry.action == "calendar.changed")
    entry = db.session.scalars(sa.select(AuditEntry).where(*where)).one()
    assert entry.actor == story.world.user("manager").uid


@when("a project manager of the partner opens the customer's page of working days and hours")
def _open_other(story: Story) -> None:
    story.get("partner_manager", f"{PAGE}?of={story.organisation('Nordwind')}")


@then("it offers nothing to change")
def _nothing_to_change(story: Story) -> None:
    assert "When Nordwind works" in story.page
    assert "Save the hours" not in story.page
    assert "Enter these days" not in story.page


@when(parsers.parse('an administrator sets the partner\'s Friday to "{hours}"'))
def _administrator(story: Story, hours: str) -> None:
    path = f"/administration/organisations/{story.organisation('Halden')}/calendar"
    assert "When Halden works" in story.get("admin", path)
    assert story.post("admin", "/hours", path, **week(friday=hours)) == 303


@when("a project manager of the customer pastes these days off")
def _paste(story: Story, docstring: str) -> None:
    story.post("manager", "holidays", days=docstring)


@when("a project manager of the customer brings a calendar file with Christmas Day 2030")
def _file(story: Story) -> None:
    assert story.post("manager", "holidays", days="", file=(BytesIO(CHRISTMAS), "holidays.ics")) == 303


@then("25 December 2030 is no working day of the customer")
def _no_working_day(story: Story) -> None:
    assert not story.calendar().is_working_day(DAY)
    assert "Christmas Day" in story.get("manager")


@then("24 December 2030 is half a working day of the customer")
def _half_day(story: Story) -> None:
    assert story.calendar().spans(date(2030, 12, 24)) == ((540, 720),)


@then(parsers.parse('the page names "{words}" and still holds what was typed'))
def _named(story: Story, words: str) -> None:
    assert story.status == 422
    assert f"We could not read “{words}”" in story.page
    assert "2030-12-25 Christmas Day" in story.page


@then("25 December 2030 is a working day of the customer")
def _working_day(story: Story) -> None:
    assert story.calendar().is_working_day(DAY)


@given("Christmas Day 2030 is a day off of the customer")
def _christmas(story: Story) -> None:
    assert story.post("manager", "holidays", days="2030-12-25 Christmas Day") == 303


@when("a project manager of the customer removes it")
def _remove(story: Story) -> None:
    assert story.post("manager", "remove", day="2030-12-25") == 303
    assert story.post("manager", "remove", day="2030-12-25") == 303  # gone already: nothing more happens


@when("two project managers of the customer save different hours at the same time")
def _both_save(story: Story) -> None:
    assert story.post("manager", "hours", **week(monday="8:00-16:00")) == 303
    story.post("manager", "hours", **week(monday="7:00-15:00"))


@then("the second sees what the first saved beside what they typed")
def _sees_both(story: Story) -> None:
    assert story.status == 409
    assert "Somebody saved this while you were writing" in story.page
    assert "8:00-16:00" in story.page
    assert 'value="7:00-15:00"' in story.page
    assert 'name="version" value="1"' in story.page
    assert story.calendar().week[0] == ((480, 960),)


@when("a project manager of the customer empties every day of the week")
def _empties(story: Story) -> None:
    story.post("manager", "hours", **week(**dict.fromkeys(WEEKDAYS, "")))


@then("the page says that no deadline could ever be reached")
def _no_deadline(story: Story) -> None:
    assert story.status == 422
    assert "no deadline could ever be reached" in story.page
