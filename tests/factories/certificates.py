"""Facts of certificates: a distributor's order-to-cash project on a new ERP, twenty tests, three signatories."""

from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from uatapp.kernel.keys import Keys
from uatapp.signoffs import documents
from uatapp.signoffs.documents import CertificateFacts, ConditionFacts, SignatureFacts, WaiverFacts

NOW = datetime(2026, 11, 18, 13, 20, 7, tzinfo=UTC)
CODE = "K7QZ3MWN5XAB2YDC6RFEH4TJPU"
CUSTOMER, PARTNER = "Nordwind Trading AB", "Halden Systems GmbH"

# reference, name, process, unit, tests as (title, outcome)
REQUIREMENTS: tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...] = (
    ("A new customer is created with delivery and billing addresses", "Customers and credit", "Credit control",
     (("A new customer with two addresses", "passed"), ("A new customer without a VAT number", "passed"))),
    ("A customer over the credit limit cannot place an order", "Customers and credit", "Credit control",
     (("Order above the limit", "passed"), ("Order exactly at the limit", "passed_with_remarks"))),
    ("A blocked customer is released by credit control", "Customers and credit", "Credit control",
     (("Release after payment", "passed"),)),
    ("An order is entered with at least one line", "Sales orders", "Sales office",
     (("Order with one line", "passed"), ("Order with forty lines", "passed"), ("Order without lines", "passed"))),
    ("An order is split when a line cannot be delivered in full", "Sales orders", "Sales office",
     (("One line short", "passed"), ("Every line short", "passed_with_remarks"))),
    ("A quantity discount applies from the agreed quantity", "Prices and discounts", "Sales office",
     (("Below the quantity", "passed"), ("At the quantity", "passed"), ("Above it", "passed"))),
    ("A campaign price ends at midnight in Stockholm", "Prices and discounts", "Sales office",
     (("Order at 23:59", "passed"), ("Order at 00:01", "failed"))),
    ("A delivery note shows batch and best-before date", "Picking and delivery", "Warehouse Gothenburg",
     (("One page", "passed"), ("Two pages", "failed"))),
    ("An invoice is created for every goods issue", "Invoicing", "Accounts receivable",
     (("One delivery", "passed"), ("Two deliveries on a day", "passed"))),
    ("Several deliveries are collected in one monthly invoice", "Invoicing", "Accounts receivable",
     (("Month with three deliveries", "blocked"), ("Month without a delivery", "not_applicable"))),
)  # fmt: skip
TESTERS = ("Anneli Bergqvist", "Siv Lundgren", "Sofia Lindahl", "Birgitta Åkesson")


def scope() -> dict[str, Any]:
    """Return a frozen scope."""
    requirements, number = [], 0
    for position, (name, process, unit, tests) in enumerate(REQUIREMENTS, 1):
        rows = []
        for title, outcome in tests:
            number += 1
            stands = {"by": "Maria Holmgren", "reason": "Only the wording changed."} if number == 5 else None
            rows.append({"reference": f"OTC-T{number}", "title": title, "version": 1 + number % 2,
                         "outcome": outcome, "results_stand": stands})  # fmt: skip
        worst = next(
            o
            for o in ("failed", "blocked", "not_run", "passed_with_remarks", "passed")
            if o in [r["outcome"] for r in rows]
        )
        requirements.append({"reference": f"OTC-R{position}", "name": name, "process": process, "unit": unit,
                             "version": 1 + position % 3, "text_hash": f"{position:02x}" * 32, "outcome": worst,
                             "tests": rows})  # fmt: skip
    tests = [test for row in requirements for test in row["tests"]]
    return {
        "format": "uatapp-signoff-1",
        "reference": "OTC-S2",
        "project": {"key": "OTC", "name": "Order to cash on the new ERP", "zone": "Europe/Stockholm"},
        "customer": CUSTOMER,
        "partners": [PARTNER],
        "cycles": [{"number": 2, "name": "Second round", "environment": "UAT-2", "builds": ["2026.11.2", "2026.11.3"],
                    "starts": "2026-10-26", "ends": "2026-11-13"}],
        "requested": {"by": "Maria Holmgren", "at": "2026-11-16T09:00:00.000000+00:00", "title": "Go-live of wave 1"},
        "rules": ["A test counts with its last result on its present version, the worst where several people tried it.",
                  "Worst first: failed, blocked, changed since tested, not run, passed with remarks, passed."],
        "figures": _figures(requirements, tests),
        "processes": _processes(requirements),
        "criteria": [
            {"code": "all_run", "title": "Everything was tried on its present version", "met": False,
             "value": "19 of 20", "required": "20 of 20", "rows": ["OTC-T20"]},
            {"code": "share_passed", "title": "Enough tests passed", "met": True, "value": "85 %", "required": "80 %", "rows": []},
            {"code": "no_serious_defect", "title": "No critical or major problem is open", "met": True, "value": "0", "required": "0", "rows": []},
            {"code": "no_retest", "title": "Nothing waits to be tested again", "met": True, "value": "0", "required": "0", "rows": []},
        ],
        "requirements": requirements,
        "not_tested": [
            {"reference": "OTC-T20", "title": "Month with three deliveries", "why": "Something stopped the test.",
             "decided_by": "Birgitta Åkesson", "reason": "The archive service of the environment was down."},
            {"reference": "OTC-T21", "title": "Month without a delivery", "why": "It does not apply.",
             "decided_by": "Birgitta Åkesson", "reason": "No such month in the test data."},
        ],
        "defects": [
            {"reference": "OTC-D31", "title": "Second page of a delivery note shows no best-before date", "severity": "minor",
             "state": "deferred", "workaround": "Print the batch list and put it with the note.", "open": True},
            {"reference": "OTC-D44", "title": "Campaign price ends at midnight UTC instead of Stockholm", "severity": "minor",
             "state": "accepted", "workaround": "Enter campaigns to end one day later.", "open": True},
            {"reference": "OTC-D12", "title": "Credit limit ignores open deliveries", "severity": "critical",
             "state": "closed", "workaround": "", "open": False},
            {"reference": "OTC-D20", "title": "Order screen has no dark mode", "severity": "cosmetic",
             "state": "ended", "workaround": "", "open": False},
        ],
        "people": [{"name": name, "organisation": CUSTOMER, "unit": unit, "runs": 5} for name, unit in
                   zip(TESTERS, ("Sales office", "Warehouse Gothenburg", "Credit control", "Accounts receivable"), strict=True)],
        "runs": _runs(tests),
        "evidence": [{"run": f"OTC-T{n} cycle 2 run 1", "name": f"delivery-note-t{n}.png", "sha256": f"{n:02x}" * 32,
                      "size": 823_411 + n} for n in (15, 17, 18)],
        "signatories": [
            {"name": "Ingrid Vestergaard", "title": "Chief Operating Officer, sponsor", "organisation": CUSTOMER, "side": "customer", "position": 1},
            {"name": "Tomasz Zieliński", "title": "Head of Accounts Receivable", "organisation": CUSTOMER, "side": "customer", "position": 2},
            {"name": "Dr. Miriam Okonjo-Falk", "title": "Delivery Director", "organisation": PARTNER, "side": "partner", "position": 3},
        ],
        "predecessor": {"reference": "OTC-S1", "state": "rejected", "at": "2026-10-16T12:00:00+00:00"},
        "audit": {"chain": "OTC", "seq": 4860, "hash": "cc" * 32},
    }  # fmt: skip


def _figures(requirements: list[dict[str, Any]], tests: list[dict[str, Any]]) -> dict[str, int]:
    outcomes = [test["outcome"] for test in tests]
    names = {"passed": "passed", "remarks": "passed_with_remarks", "failed": "failed", "blocked": "blocked",
             "stale": "stale", "not_run": "not_run", "not_applicable": "not_applicable"}  # fmt: skip
    counted = {name: outcomes.count(outcome) for name, outcome in names.items()}
    return {"total": len(tests), **counted, "requirements": len(requirements), "people": 4, "runs": len(tests) + 1}


def _processes(requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(row["process"] for row in requirements))
    return [_process(name, [row for row in requirements if row["process"] == name]) for name in names]


def _process(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    outcomes = [test["outcome"] for row in rows for test in row["tests"]]
    passed = sum(outcome.startswith("passed") for outcome in outcomes)
    return {"name": name, "requirements": len(rows), "tests": len(outcomes), "passed": passed,
            "failed": outcomes.count("failed"), "not_applicable": outcomes.count("not_applicable"),
            "not_tested": sum(outcomes.count(o) for o in ("blocked", "stale", "not_run"))}  # fmt: skip


def _runs(tests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = [
        {"test": test["reference"], "attempt": 1, "version": test["version"], "tester": TESTERS[n % 4],
         "unit": "Sales office", "build": "2026.11.3", "started": f"2026-10-{26 + n % 5:02}T08:{n:02}:00.000000+00:00",
         "submitted": f"2026-10-{26 + n % 5:02}T09:{n:02}:00.000000+00:00",
         "outcome": test["outcome"], "voided": None,
         "remark": "The field is hard to find." if test["outcome"] == "passed_with_remarks" else ""}
        for n, test in enumerate(tests)
    ]  # fmt: skip
    slip = rows[0] | {"outcome": "failed", "voided": "Wrong customer chosen."}
    return [slip, rows[0] | {"attempt": 2}, *rows[1:]]


def signature(
    name: str, title: str, organisation: str, side: str, decision: str, at: str, **more: Any
) -> SignatureFacts:
    words = {"accepted": "accept the software in this scope for {}.", "rejected": "reject the software in this scope for {} for the reasons stated.",
             "accepted_with_conditions": "accept the software in this scope for {} under the conditions stated; they remain owed."}  # fmt: skip
    statement = "I have read what was tested and what was not, and I " + words[decision].format(organisation)
    facts = {"for_whom": None, "statement": statement, "statement_version": "2026-11", "reasons": "",
             "local": f"18 November 2026, {int(at[11:13]) + 1:02}:{at[14:16]} CET (Europe/Stockholm)"}  # fmt: skip
    facts |= more
    return SignatureFacts(name=name, job_title=title, organisation=organisation, side=side, decision=decision, at=at,
                          snapshot_hash="", **facts)  # fmt: skip


CONDITIONS = (
    ConditionFacts("Correct OTC-D31 and OTC-D44 in release 2026.12.1 and have them retested.", PARTNER, "2026-12-11",
                   "The printed batch list, and campaigns entered to end one day later.", "Ingrid Vestergaard"),
    ConditionFacts("Run the blocked test OTC-T20 before the first month end.", PARTNER, "2026-12-18", "", "Tomasz Zieliński"),
)  # fmt: skip
WAIVERS = (
    WaiverFacts("Everything was tried on its present version", "Ingrid Vestergaard",
                "The archive service was down; the test is owed under condition 2.", "2026-11-18T13:18:40.000000+00:00"),
)  # fmt: skip


def certificate(keys: Keys, decision: str = "accepted_with_conditions", **changes: Any) -> CertificateFacts:
    """Return credible facts; `changes` replace fields, `scope` the frozen document. Hashes always fit."""
    snapshot = changes.pop("scope", None) or scope()
    hashed = documents.fingerprint(documents.canonical(snapshot))
    facts = CertificateFacts(
        snapshot=snapshot,
        snapshot_hash=hashed,
        decision=decision,
        issued_at="2026-11-18T13:20:07.000000+00:00",
        number="UAT-OTC-S2",
        check_code=CODE,
        check_url=f"https://uat.nordwind.example/check/{CODE}",
        checkpoint=keys.sign_note(
            f"{keys.name}/audit/OTC\n4871\nzJC9pISE6zgrsz2APtjnl8WPrvtpIiD4I+F/utfy/4c=\n2026-11-18T13:20:07.000000+00:00\n"
        ),
        seal_name=keys.name,
        signatures=signatures(decision),
        conditions=CONDITIONS if decision == "accepted_with_conditions" else (),
        waivers=WAIVERS if decision != "rejected" else (),
    )
    facts = replace(facts, **changes)
    return replace(facts, signatures=tuple(replace(row, snapshot_hash=hashed) for row in facts.signatures))


def signatures(decision: str) -> tuple[SignatureFacts, ...]:
    """Return the acts of the three signatories; a rejection is the sponsor's."""
    reasons = (
        {"reasons": "A customer price is ignored when a campaign runs (OTC-D12)."} if decision == "rejected" else {}
    )
    sponsor = signature("Ingrid Vestergaard", "Chief Operating Officer, sponsor", CUSTOMER, "customer", decision,
                        "2026-11-18T13:20:07.000000+00:00", **reasons)  # fmt: skip
    if decision == "rejected":
        return (sponsor,)
    return (
        sponsor,
        signature("Tomasz Zieliński", "Head of Accounts Receivable", CUSTOMER, "customer", decision, "2026-11-18T09:05:52.000000+00:00"),
        signature("Dr. Miriam Okonjo-Falk", "Delivery Director", PARTNER, "partner", decision, "2026-11-17T15:42:31.000000+00:00",
                  statement=f"I confirm for {PARTNER} that the builds named were delivered and that the known problems are stated."),
    )  # fmt: skip


def keys(folder: Path) -> Keys:
    """Return keys of an installation, made in a folder of the test's own."""
    return Keys.load_or_create(folder / "keys", "uat.nordwind.example", NOW)


def altered(**parts: Any) -> dict[str, Any]:
    """Return a frozen scope with some parts replaced."""
    return deepcopy(scope()) | parts
