"""Addresses for mails and papers: built from the configured BASE_URL, never from a request's Host header."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def absolute(endpoint: str, **values: Any) -> str:
    """Return the full address of an endpoint."""
    base = urlsplit(current_app.config["UATAPP"].base_url)
    adapter = current_app.url_map.bind(base.netloc, script_name=base.path or "/", url_scheme=base.scheme)
    return adapter.build(endpoint, values, force_external=True)
