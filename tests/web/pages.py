"""What every page of ours promises, whatever it shows; the tests' browser holds each answer to it."""

import re
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DRAWN = {"circle", "path", "rect", "use"}
UNNAMED = {"hidden", "submit", "button", "image", "reset"}
REFERRING = ("aria-describedby", "aria-labelledby", "aria-controls", "for", "form", "list")
LEFT_OVER = re.compile(r"%\((?:num|[a-z_]+)\)[sd]|\{\{|\{%|<Undefined|lazy_gettext")
Given = dict[str, str]


class Page(HTMLParser):
    """An answer taken apart: its elements with what they stand in, and the words of titles, headings and buttons."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Given, tuple[str, ...]]] = []
        self.words: dict[int, str] = {}
        self.faults: list[str] = []
        self._open: list[tuple[str, int]] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag, _n in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        self.elements.append((tag, given, tuple(name for name, _n in self._open)))
        self._name(given.get("alt", "") or given.get("aria-label", ""))
        if tag not in VOID:
            self._open.append((tag, len(self.elements) - 1))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()
        else:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self._name(data)

    def _name(self, words: str) -> None:
        for _tag, number in self._open:
            self.words[number] = self.words.get(number, "") + words

    def named(self, *tags: str) -> Iterator[tuple[int, str, Given]]:
        yield from ((n, tag, given) for n, (tag, given, _around) in enumerate(self.elements) if tag in tags)


def faults(html: str) -> list[str]:
    """Return what a page promises and does not keep."""
    page = Page(html)
    ids = Counter(given["id"] for _tag, given, _around in page.elements if "id" in given)
    found = [*page.faults, *_frame(page), *_inline(page), *_forms(page), *_controls(page), *_references(page, set(ids))]
    found += [f"id {name!r} {count} times" for name, count in ids.items() if count > 1 or not name]
    found += [f"left over: {words}" for words in _left_over(page)]
    return found


def _left_over(page: Page) -> Iterator[str]:
    """Yield untranslated or unfilled words in what we write ourselves: titles, headings, buttons, labels."""
    for number, _tag, _given in page.named("title", "h1", "h2", "h3", "button", "label", "legend", "summary", "nav"):
        if seen := LEFT_OVER.search(page.words.get(number, "")):
            yield seen[0]


def _frame(page: Page) -> Iterator[str]:
    for tag in ("html", "title", "main", "h1"):
        count = sum(1 for _each in page.named(tag))
        if count != 1:
            yield f"{count} times <{tag}>"
    for number, tag, _given in page.named("title", "h1", "h2", "h3"):
        if not page.words.get(number, "").strip(" –\n"):
            yield f"an empty <{tag}>"
    if any(not given.get("lang") for _n, _tag, given in page.named("html")):
        yield "no language"
    if any(given.get("class") == "where" for _n, _tag, given in page.named("a")) and not any(page.named("nav")):
        yield "a project's page without its <nav>"
    yield from ("a <nav> without a name" for _n, _tag, given in page.named("nav") if not given.get("aria-label"))


def _inline(page: Page) -> Iterator[str]:
    for tag, given, _around in page.elements:
        if tag == "style" or (tag == "script" and not given.get("src")):
            yield f"an inline <{tag}>"
        for name, value in given.items():
            leads = name in ("href", "src", "action", "formaction")
            if name == "style" or name.startswith("on") or (leads and value.strip().lower().startswith("javascript:")):
                yield f"an inline {name} on <{tag}>"
        if tag == "img" and "alt" not in given:
            yield f"a picture without alt: {given.get('src')}"


def _forms(page: Page) -> Iterator[str]:
    """Each form has its method; what it sends by POST carries the token against forgery."""
    tokens = [n for n, _tag, given in page.named("input") if given.get("name") == "csrf_token" and given.get("value")]
    forms = [*page.named("form"), (len(page.elements), "", {})]
    for (start, _tag, given), (end, _next, _given) in zip(forms, forms[1:], strict=False):
        method, where = given.get("method", "").lower(), given.get("action", given.get("id", "?"))
        if method not in ("get", "post"):
            yield f"form {where} without a method"
        if method == "post" and not any(start < n < end for n in tokens):
            yield f"form {where} without its token"


def _controls(page: Page) -> Iterator[str]:
    """Each field and button says what it is."""
    labelled = {given.get("for") for n, _tag, given in page.named("label") if page.words.get(n, "").strip()}
    for n, tag, given in page.named("input", "select", "textarea"):
        if given.get("type") in UNNAMED or (given.get("id") in labelled and given.get("id")):
            continue
        if not ("label" in page.elements[n][2] or given.get("aria-label") or given.get("aria-labelledby")):
            yield f"<{tag} name={given.get('name')}> without a label"
    for n, tag, given in page.named("button", "a", "summary"):
        if not (page.words.get(n, "").strip() or given.get("aria-label")):
            yield f"a <{tag}> without a name: {given}"
        if tag == "button" and "type" not in given:
            yield f"a <button> without a type: {page.words.get(n, '').strip()}"


def _references(page: Page, ids: set[str]) -> Iterator[str]:
    for _n, (tag, given, _around) in enumerate(page.elements):
        for name in REFERRING:
            yield from (f"<{tag} {name}> leads to no {one!r}" for one in given.get(name, "").split() if one not in ids)
        target = given.get("href", "")
        if tag == "a" and target.startswith("#") and target[1:] not in ids:
            yield f"a link leads to no {target}"


def check(answer_of: str, status: int, html: str, *, hostile: bool = False) -> None:
    """Refuse a page that does not keep what every page promises; hostile words may look like something left over."""
    found = [fault for fault in faults(html) if not (hostile and fault.startswith("left over"))]
    assert not found, f"{answer_of} ({status}): " + "; ".join(found)
