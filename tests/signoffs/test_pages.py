"""The pages of decisions: what they cost does not grow with what they list."""

from tests.counting import statements
from tests.signoffs.test_signing import closed_cycle, request
from tests.world import World


def test_the_list_costs_the_same_for_one_request_and_for_many(site: World) -> None:
    closed_cycle(site)
    client = site.client("sponsor")
    request(site, "sponsor", "partner_sponsor", in_order=True)
    client.get("/projects/PAY/signoffs/")  # the first one also notes that the session is in use
    with statements() as few:
        page = client.get("/projects/PAY/signoffs/").get_data(as_text=True)
    assert "Your signature is asked for" in page
    for _ in range(6):
        request(site, "sponsor", "partner_sponsor", in_order=True)
    with statements() as many:
        page = client.get("/projects/PAY/signoffs/").get_data(as_text=True)
    assert page.count("Read and decide") == 7
    assert len(many) == len(few)


def test_only_whose_turn_it_is_finds_a_request_on_top(site: World) -> None:
    closed_cycle(site)
    request(site, "sponsor", "partner_sponsor", in_order=True)
    for name, times in [("sponsor", 1), ("partner_sponsor", 0), ("manager", 0)]:
        page = site.client(name).get("/projects/PAY/signoffs/").get_data(as_text=True)
        assert page.count("Read and decide") == times, name
