"""What is hashed is RFC 8785 to the byte, whichever encoder wrote it."""

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from uatapp.audit.chain import canonical

pytestmark = pytest.mark.pure
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=20,
)


@given(ANYTHING)
def test_it_is_what_the_standard_says(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value).decode()


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\ue000": 2, "\ufb33": 3},
        {"a": '\x00\x1f\x7f\u2028\\"/', "b": "1.5 2e9 12345678901234567890"},
        [1.0, -0.0, 1e21, 1e-7, 2**53 - 1],
    ],
)
def test_where_the_encoders_differ_the_standard_wins(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value).decode()


@pytest.mark.parametrize("value", ["\ud800", {"a": "\udfff"}, 2**53, float("nan"), {1: "a"}, [{None: 1}], {True: 2}])
def test_what_the_standard_does_not_have_is_refused(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        canonical(value)
