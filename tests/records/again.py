"""Computes the hash of a signed scope again, without this program: RFC 8785 in a few lines of the standard library.

python again.py snapshot.json        prints the SHA-256 that stands on the certificate
"""

import hashlib
import json
import sys
from typing import Any


def written(value: Any) -> str:
    """Write strings, whole numbers, true, false and null in the one form of RFC 8785."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(written(key) + ":" + written(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(hashlib.sha256(written(json.load(file)).encode()).hexdigest())
