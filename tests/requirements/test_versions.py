"""The page that compares two versions of a requirement."""

from tests.requirements.steps import approve_all, bring_in
from tests.requirements.texts import BILLING, edited
from tests.world import World

URL = "/projects/PAY/requirements/1/compare"


def test_compares_what_counts_with_the_newest_and_refuses_others(site: World) -> None:
    bring_in(site, {"billing.feature": BILLING})
    approve_all(site)
    bring_in(
        site,
        {"billing.feature": edited(BILLING, "When the nightly run has ended", "When the nightly run has ended twice")},
    )
    client = site.client("head")
    page = client.get(URL)
    assert page.status_code == 200
    assert "From version 1 to version 2" in page.get_data(as_text=True)
    assert "twice</ins>" in page.get_data(as_text=True)
    assert "<del>" not in client.get(f"{URL}?old=2&new=2").get_data(as_text=True)
    assert client.get(f"{URL}?old=1&new=9").status_code == 404
