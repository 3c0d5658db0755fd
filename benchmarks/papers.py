"""Certificates by number of runs: seconds in a fresh and in a warm child, memory of the child, size."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.factories import certificates
from uatapp.kernel import pdf
from uatapp.signoffs import documents

SIZES = (50, 200, 2000)
# a process of its own for each size, so that the largest child of each is known
ALONE = "import json, sys; from benchmarks import papers; print(json.dumps(papers.measure_one(int(sys.argv[1]))))"


def measure() -> dict[str, dict[str, float]]:
    """Return the figures of each size."""
    return {str(runs): json.loads(_alone(runs)) for runs in SIZES}


def _alone(runs: int) -> bytes:
    return subprocess.run([sys.executable, "-c", ALONE, str(runs)], check=True, stdout=subprocess.PIPE).stdout


def measure_one(runs: int) -> dict[str, float]:
    """Make a certificate of some runs twice in one child."""
    import resource

    scope = certificates.scope()
    some = scope["runs"][2]
    scope["runs"] = [{**some, "test": f"OTC-T{number}"} for number in range(1, runs + 1)]
    with tempfile.TemporaryDirectory() as name:
        keys = certificates.keys(Path(name))
        facts = certificates.certificate(keys, scope=scope)
        begun = time.perf_counter()
        with pdf.one_child():
            data = documents.render_certificate(facts, keys)
            cold = time.perf_counter() - begun
            begun = time.perf_counter()
            if runs < max(SIZES):
                documents.render_certificate(facts, keys)
            warm = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return {"cold_s": cold, "warm_s": warm if runs < max(SIZES) else cold, "child_bytes": peak, "bytes": len(data)}
