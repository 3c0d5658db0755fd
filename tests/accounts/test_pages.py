"""Sign-in, sign-out, reset, the account page."""

from tests.world import PASSWORD, World


def test_everybody_signs_in_with_mail_address_and_password(site: World) -> None:
    browser = site.client()
    page = browser.get("/sign-in")
    assert page.status_code == 200
    assert "<h1>Sign in</h1>" in page.text
    answer = browser.post("/sign-in", data={"email": " Tester@example.com ", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.get("/account").status_code == 200
