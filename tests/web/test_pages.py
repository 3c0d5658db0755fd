"""The check that every page goes through finds what it is there to find, and the tests' browser applies it."""

import pytest

from tests.web import pages
from tests.world import World
from uatapp.web.access import public

GOOD = (
    '<!doctype html><html lang="en"><head><title>My work – PAY</title></head><body><nav aria-label="Project"></nav>'
    '<main><h1>My work</h1><form method="post" action="/x"><input type="hidden" name="csrf_token" value="t">'
    '<label for="a">Name</label><input id="a" name="a"><button type="submit">Save</button></form></main></body></html>'
)


def test_a_good_page_has_no_faults() -> None:
    assert pages.faults(GOOD) == []


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("<title>My work – PAY</title>", "", "0 times <title>"),
        ("My work – PAY", " – ", "an empty <title>"),
        ("</h1>", "</h1><h1>Again</h1>", "2 times <h1>"),
        ("<h1>My work</h1>", "", "0 times <h1>"),
        ("<main>", "<div><main>", "closes nothing"),
        ("main>", "div>", "0 times <main>"),
        (' lang="en"', "", "no language"),
        ('<nav aria-label="Project"></nav>', '<a class="where" href="/">PAY</a>', "without its <nav>"),
        (' aria-label="Project"', "", "a <nav> without a name"),
        (' method="post"', "", "without a method"),
        ("csrf_token", "other", "without its token"),
        ('value="t"', 'value=""', "without its token"),
        ('<label for="a">Name</label>', "", "without a label"),
        ("Name</label>", "</label>", "without a label"),
        ('for="a"', 'for="b"', "leads to no 'b'"),
        ('id="a" name', 'id="a" aria-describedby="a-help" name', "leads to no 'a-help'"),
        ("<h1>", '<a href="#there">x</a><h1>', "leads to no #there"),
        ("<h1>", '<p id="a"></p><h1>', "id 'a' 2 times"),
        ("<h1>", "<script>1</script><h1>", "inline <script>"),
        ("<h1>", "<style>p {}</style><h1>", "inline <style>"),
        ("<h1>", '<h1 style="color: red">', "inline style"),
        ("<h1>", '<h1 onclick="x()">', "inline onclick"),
        ("<h1>", '<a href="JavaScript:x()">x</a><h1>', "inline href"),
        ("<h1>", '<img src="/x.png"><h1>', "without alt"),
        ("<h1>", '<a href="/x"></a><h1>', "without a name"),
        (' type="submit"', "", "without a type"),
        ("<h1>My work", "<h1>%(n)s tests", "left over: %(n)s"),
        ("Save<", "{{ save }}<", "left over: {{"),
    ],
)
def test_a_fault_is_found(good: str, bad: str, said: str) -> None:
    assert good in GOOD
    assert any(said in fault for fault in pages.faults(GOOD.replace(good, bad)))


def test_the_browser_of_the_tests_refuses_a_faulty_page(site: World) -> None:
    site.app.add_url_rule("/faulty", view_func=public("For this test")(lambda: GOOD.replace("<h1>", "<h2>")))
    with pytest.raises(AssertionError, match="GET /faulty"):
        site.client().get("/faulty")
