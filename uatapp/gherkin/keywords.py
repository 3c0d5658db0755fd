"""The keywords of Gherkin's languages: kinds of steps, which language a line is in, which one was meant."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import cast

from gherkin.dialect import DIALECTS

from uatapp.gherkin.model import StepKind

_MEANT = {"nb": "no", "nn": "no", "norwegian": "no", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "zh": "zh-CN"}


@cache
def kinds(language: str) -> Mapping[str, StepKind]:
    """The kind that each step keyword of a language opens; And, But and `*` open none."""
    spec = DIALECTS[language]
    found = dict.fromkeys(spec["given"], StepKind.GIVEN)
    found |= dict.fromkeys(spec["when"], StepKind.WHEN)
    found |= dict.fromkeys(spec["then"], StepKind.THEN)
    folded = {*spec["and"], *spec["but"]}
    return {word: kind for word, kind in found.items() if word not in folded}


def kind_after(keyword: str, previous: StepKind | None, language: str) -> StepKind:
    """The kind of a step: its own, else that of the step before, else `when`."""
    return kinds(language).get(keyword) or previous or StepKind.WHEN


@cache
def step_words(language: str) -> tuple[str, ...]:
    """One word for each of Given, When, Then, And, But, as people would write them."""
    spec = DIALECTS[language]
    lists = spec["given"], spec["when"], spec["then"], spec["and"], spec["but"]
    return tuple(next(word.strip() for word in words if word != "* ") for words in lists)


@cache
def all_step_words(language: str) -> tuple[str, ...]:
    """Every step keyword of a language but `*`, longest first."""
    spec = DIALECTS[language]
    words = {*spec["given"], *spec["when"], *spec["then"], *spec["and"], *spec["but"]} - {"* "}
    return tuple(sorted(words, key=lambda word: (-len(word), word)))


@cache
def outline_only(language: str) -> frozenset[str]:
    """The keywords that say Scenario Outline and nothing else."""
    return frozenset(DIALECTS[language]["scenarioOutline"]) - frozenset(DIALECTS[language]["scenario"])


@cache
def _feature_languages() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in ("en", *DIALECTS):
        for word in DIALECTS[language]["feature"]:
            found.setdefault(word, language)
    return found


def language_of(line: str) -> str | None:
    """The language in which a line is a Feature line."""
    word, colon, _ = line.strip().partition(":")
    return _feature_languages().get(word) if colon else None


@cache
def _names() -> Mapping[str, str]:
    """The languages' names, English and their own, in lower case, with their codes."""
    specs = cast(Mapping[str, Mapping[str, str]], DIALECTS)
    return {spec[key].lower(): code for code, spec in specs.items() for key in ("name", "native")}


def offer(language: str) -> str | None:
    """The language code that was probably meant by an unknown one: `de` for `de-DE`."""
    wanted = language.replace("_", "-").lower()
    codes = {code.lower(): code for code in DIALECTS}
    names = _names()
    base = wanted.partition("-")[0]
    for known in (codes, _MEANT, names):
        if found := known.get(wanted) or known.get(base):
            return found
    regional = [code for code in DIALECTS if code.startswith(f"{base}-")]
    if regional:
        return regional[0]
    close = get_close_matches(wanted, names, n=1, cutoff=0.8)
    return names[close[0]] if close else None
