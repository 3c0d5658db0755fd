"""The certificate as people hold it: what it prints, in every state, its seal, and its check without us."""

import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import pikepdf
import pypdf
import pytest
import rfc8785
from markupsafe import Markup

from tests.factories import certificates as made
from uatapp.config import Paper
from uatapp.kernel import seal
from uatapp.kernel.keys import Keys
from uatapp.signoffs import documents, paper, wording
from uatapp.signoffs.documents import CertificateFacts, ConditionFacts, Successor, Unfit

LATER = Successor("UAT-OTC-S3", "2026-12-14T09:12:00+00:00", "2026-12-14T10:00:00+00:00")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return made.keys(tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def sealed(keys: Keys) -> bytes:
    return documents.render_certificate(made.certificate(keys), keys, at=made.NOW)


@pytest.fixture(scope="module")
def tampered(sealed: bytes) -> bytes:
    """Return the certificate with one byte of a page's stream changed: the file keeps its structure."""
    place = sealed.index(b"stream\n", 2000) + 60
    return sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes], Path]:
    def save(data: bytes) -> Path:
        path = tmp_path / f"{hashlib.sha256(data).hexdigest()[:8]}.pdf"
        path.write_bytes(data)
        return path

    return save


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def words(data: bytes, page: int | None = None) -> str:
    """Return the text of a PDF (or of one page), with line ends and breaks inside long words taken out."""
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    text = " ".join(one.extract_text() for one in (pages if page is None else [pages[page]]))
    return " ".join(text.replace("\u200b", "").replace("\xa0", " ").split())


def written(facts: CertificateFacts, keys: Keys) -> str:
    """Return what a certificate says before it is laid out, which is the slow part."""
    html = paper.certificate_html(wording.shown(asdict(facts)), paper.ROOMS[0], keys, annexes=True)
    return " ".join(Markup(html).striptags().split())


def tight(text: str) -> str:
    return "".join(text.split())


# ---- what independent programs say ----


def pyhanko(path: Path, keys: Keys, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    issuer = tmp_path / "issuer.pem"
    issuer.write_bytes(keys.seal_certificate_pem)
    program = str(Path(sys.executable).with_name("pyhanko"))
    return run(program, "sign", "validate", "--trust", str(issuer), "--trust-replace", str(path))


def pdfsig(path: Path, keys: Keys, tmp_path: Path) -> str:
    folder, issuer = tmp_path / "nss", tmp_path / "issuer.pem"
    issuer.write_bytes(keys.seal_certificate_pem)
    folder.mkdir(exist_ok=True)
    assert run("certutil", "-N", "-d", f"sql:{folder}", "--empty-password").returncode == 0
    assert run("certutil", "-A", "-d", f"sql:{folder}", "-n", "seal", "-t", "CT,C,C", "-i", str(issuer)).returncode == 0
    return run("pdfsig", "-nssdir", f"sql:{folder}", str(path)).stdout


@pytest.mark.proves("E15")
def test_pyhanko_pdfsig_and_qpdf_accept_it(
    sealed: bytes, saved: Callable[[bytes], Path], keys: Keys, tmp_path: Path
) -> None:
    path = saved(sealed)
    checked = pyhanko(path, keys, tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "INTACT:TRUSTED,UNTOUCHED" in checked.stdout
    told = pdfsig(path, keys, tmp_path)
    assert "Signature is Valid." in told
    assert "Certificate is Trusted." in told
    assert "Total document signed" in told
    assert "ETSI.CAdES.detached" in told
    assert run("qpdf", "--check", str(path)).returncode == 0


@pytest.mark.proves("E14", "E15")
def test_one_changed_byte_is_refused_by_all(
    tampered: bytes, saved: Callable[[bytes], Path], keys: Keys, tmp_path: Path
) -> None:
    path = saved(tampered)
    assert pyhanko(path, keys, tmp_path).returncode != 0
    told = pdfsig(path, keys, tmp_path)
    assert "Signature is Valid." not in told
    assert "Digest Mismatch" in told
    checked = seal.check_pdf(tampered, [keys.public_pem])
    assert (checked.genuine, checked.reasons) == (False, ("The document was changed after it was sealed.",))


# ---- our own check ----


@pytest.mark.proves("E15")
def test_our_check_accepts_it_without_the_installation(sealed: bytes, keys: Keys) -> None:
    checked = seal.check_pdf(sealed, [keys.public_pem])
    assert (checked.genuine, checked.reasons, checked.sealed_by) == (True, (), keys.name)
    assert set(checked.attachments) == set(seal.PARTS)
    record = json.loads(checked.attachments["signatures.json"])
    assert hashlib.sha256(checked.attachments["snapshot.json"]).hexdigest() == record["snapshot_sha256"]
    assert record["signatures"][0]["name"] == "Ingrid Vestergaard"
    assert seal.check_pdf(sealed, [keys.seal_certificate_pem]).genuine
    assert seal.check_pdf(sealed, [keys.seal_certificate_pem.decode(), keys.checkpoint_public_pem]).genuine


@pytest.mark.proves("E14")
def test_bytes_changed_anywhere_are_found(sealed: bytes, keys: Keys) -> None:
    for place in range(20, len(sealed), len(sealed) // 40):
        other = sealed[:place] + bytes([sealed[place] ^ 4]) + sealed[place + 1 :]
        assert not seal.check_pdf(other, [keys.public_pem]).genuine, place


@pytest.mark.parametrize("odd", [b"", b"%PDF-1.7\n", b"not a pdf" * 99])
def test_what_is_no_certificate_is_refused(odd: bytes, keys: Keys) -> None:
    assert not seal.check_pdf(odd, [keys.public_pem]).genuine


def test_what_was_added_later_is_found(sealed: bytes, keys: Keys) -> None:
    writer = pypdf.PdfWriter(io.BytesIO(sealed), incremental=True)
    writer.pages[0].merge_page(pypdf.PageObject.create_blank_page(width=100, height=100))
    writer.add_metadata({"/Title": "Another title"})
    changed = io.BytesIO()
    writer.write(changed)
    assert changed.getvalue().startswith(sealed)
    assert not seal.check_pdf(changed.getvalue(), [keys.public_pem]).genuine


def test_a_seal_of_somebody_else_is_refused(sealed: bytes, keys: Keys, tmp_path: Path) -> None:
    other = made.keys(tmp_path)
    assert other.name == keys.name
    forged = documents.render_certificate(made.certificate(other), other, at=made.NOW)
    assert "somebody else" in seal.check_pdf(forged, [keys.public_pem]).reasons[0]
    assert not seal.check_pdf(sealed, [other.public_pem]).genuine
    assert not seal.check_pdf(sealed, []).genuine
    own_note = seal.check_pdf(sealed, [keys.seal_certificate_pem, other.checkpoint_public_pem])
    assert own_note.reasons == ("The audit checkpoint is not signed by the installation.",)


@pytest.mark.proves("E12")
def test_parts_that_do_not_fit_are_found_under_a_good_seal(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = made.certificate(keys)
    other = replace(facts, checkpoint=facts.checkpoint.replace("4871", "4872"))
    monkeypatch.setattr(documents, "_refuse_unfit", lambda _facts: None)
    other = replace(other, snapshot=made.altered(customer="Somebody else"))
    checked = seal.check_pdf(documents.render_certificate(other, keys), [keys.public_pem])
    assert checked.reasons == (
        "The frozen scope is not the one that was signed.",
        "The audit checkpoint is not signed by the installation.",
    )


def test_facts_that_do_not_fit_are_not_printed(keys: Keys) -> None:
    facts = made.certificate(keys)
    with pytest.raises(Unfit):
        documents.render_certificate(replace(facts, snapshot=made.altered(customer="Somebody else")), keys)
    one = replace(facts.signatures[0], snapshot_hash="0" * 64)
    with pytest.raises(Unfit):
        documents.unsealed(replace(facts, signatures=(one, *facts.signatures[1:])), keys)


def test_the_same_facts_give_the_same_bytes(keys: Keys, sealed: bytes) -> None:
    facts = made.certificate(keys)
    first, second = documents.unsealed(facts, keys), documents.unsealed(facts, keys)
    assert first == second
    assert sealed.startswith(first)


def test_the_frozen_scope_is_canonical() -> None:
    document = documents.canonical(made.scope())  # type: ignore[arg-type]
    assert rfc8785.dumps(json.loads(document)) == document
    assert documents.fingerprint(document) == hashlib.sha256(document).hexdigest()


# ---- what it prints ----


@pytest.mark.proves("E1")
def test_page_one_says_what_was_decided(sealed: bytes, keys: Keys) -> None:
    facts, page = made.certificate(keys), words(sealed, 0)
    for expected in (
        "Certificate of Acceptance",
        "Nordwind Trading AB accepts Order to cash on the new ERP, delivered by Halden Systems GmbH",
        "subject to the two conditions below.",
        "Accepted with conditions",
        "Signed by all three signatories on 18 Nov 2026",
        "18 Nov 2026, 13:20:07 UTC",
        "18 November 2026, 14:20 CET (Europe/Stockholm)",
        "26 Oct – 13 Nov 2026",
        "Waived by Ingrid Vestergaard",
        "Simple electronic signatures",
        "UAT-OTC-S2",
        "Electronic seal of the issuing installation",
    ):
        assert expected in page, expected
    for row in facts.signatures:
        assert row.statement in page
        assert row.name in page
    assert tight(facts.check_code) in tight(page)
    assert facts.snapshot_hash in tight(page)
    assert "entry 4871" in page


@pytest.mark.proves("E34")
def test_every_condition_and_open_defect_is_printed(sealed: bytes, keys: Keys) -> None:
    facts, text = made.certificate(keys), words(sealed)
    for condition in facts.conditions:
        assert condition.text in text
        assert condition.workaround in text
    for defect in facts.snapshot["defects"]:
        assert f"{defect['reference']} {defect['title']}" in text
        assert defect["workaround"] in text
    assert "Minor, deferred" in text
    assert "Minor, accepted, not fixed" in text
    for requirement in facts.snapshot["requirements"]:
        assert tight(requirement["name"]) in tight(text)
        assert requirement["text_hash"] in tight(text)
        assert all(f"{test['reference']}" in text for test in requirement["tests"])
    assert "Only the wording changed." in text
    assert "Wrong customer chosen." in text
    assert "The archive service of the environment was down." in text
    assert all(file["sha256"] in tight(text) for file in facts.snapshot["evidence"])
    assert all(rule in text for rule in facts.snapshot["rules"])


@pytest.mark.proves("E37")
def test_it_never_claims_more_than_it_is(sealed: bytes) -> None:
    text = words(sealed).lower()
    assert "simple electronic signatures" in text
    for claim in ("qualified", "advanced", "compliant", "certified"):
        assert claim not in text


def test_it_is_an_archive_file_with_tags_bookmarks_and_links_inside(sealed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    assert "pdfaid" in reader.trailer["/Root"]["/Metadata"].get_object().get_data().decode()
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    titles = [str(entry["/Title"]) for entry in reader.outline if not isinstance(entry, list)]
    assert [title.split(" · ")[0] for title in titles][-6:] == [f"Annex {letter}" for letter in "ABCDEF"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Certificate of acceptance UAT-OTC-S2 – Order to cash on the new ERP"


def test_the_seal_stands_in_its_field(sealed: bytes) -> None:
    page = pypdf.PdfReader(io.BytesIO(sealed)).pages[0]
    (widget,) = [note.get_object() for note in page["/Annots"] if note.get_object()["/Subtype"] == "/Widget"]
    left, low, right, high = (float(edge) * 25.4 / 72 for edge in widget["/Rect"])
    assert (round(left, 1), round(low, 1), round(right, 1), round(high, 1)) == (134.0, 26.0, 188.0, 49.5)
    assert widget["/AP"]["/N"].get_object()["/Type"] == "/XObject"


def test_accepted(keys: Keys) -> None:
    page = words(documents.unsealed(made.certificate(keys, "accepted", waivers=()), keys), 0)
    assert "without conditions." in page
    assert "Accepted Signed by all three signatories" in page
    assert "Condition " not in page


@pytest.mark.proves("E34")
def test_a_rejection_is_no_certificate_of_acceptance(keys: Keys) -> None:
    data = documents.unsealed(made.certificate(keys, "rejected"), keys)
    page = words(data, 0)
    assert "Record of Rejection" in page
    assert "for the reason below. This record is not a certificate of acceptance." in page
    assert "A customer price is ignored when a campaign runs (OTC-D12)." in page
    assert "Certificate of Acceptance" not in page
    assert "Tomasz Zieliński Nordwind Trading AB, customer had not signed" in words(data)


@pytest.mark.proves("E22")
def test_a_superseded_copy_says_so_and_has_no_seal(keys: Keys) -> None:
    data = documents.render_certificate(made.certificate(keys, superseded_by=LATER), keys)
    page = words(data, 0)
    assert "Superseded. Certificate UAT-OTC-S3 of 14 Dec 2026, 09:12 UTC covers the same scope" in page
    assert "marked on 14 Dec 2026; the sealed original is unchanged." in page
    assert seal.check_pdf(data, [keys.public_pem]).reasons == ("The document carries no seal.",)
    reader = pypdf.PdfReader(io.BytesIO(data))
    assert all("Superseded" in one.extract_text() for one in reader.pages)
    assert not reader.attachments


def test_nothing_at_all_is_a_page_too(keys: Keys) -> None:
    bare = made.altered(processes=[], criteria=[], requirements=[], not_tested=[], defects=[], people=[], runs=[],
                        evidence=[], rules=[], predecessor=None, partners=[])  # fmt: skip
    bare["figures"] = dict.fromkeys(bare["figures"], 0)
    text = words(documents.unsealed(made.certificate(keys, "accepted", scope=bare, waivers=()), keys))
    assert "No file was attached to a run." in text
    assert "No defect was raised." in text
    assert "No requirement is in scope." in text


@pytest.mark.parametrize(
    ("states", "said"),
    [
        (["new"], "One defect was open when the scope was frozen, none was deferred."),
        (["new", "new", "deferred"], "Two defects were open when the scope was frozen, one was deferred."),
        (["closed"], "No defect was open when the scope was frozen, none was deferred."),
    ],
)
def test_defects_are_counted_in_words(keys: Keys, states: list[str], said: str) -> None:
    of = {"title": "A price", "severity": "minor", "workaround": ""}
    rows = [{**of, "reference": f"OTC-D{n}", "state": s, "open": s != "closed"} for n, s in enumerate(states, 1)]
    assert said in written(made.certificate(keys, scope=made.altered(defects=rows)), keys)


def test_a_cycle_that_is_called_like_its_number_is_named_once(keys: Keys) -> None:
    scope = made.altered()
    scope["cycles"][0]["name"] = "Cycle 2"
    page = written(made.certificate(keys, scope=scope), keys)
    assert "Cycle 2, " in page
    assert "(Cycle 2)" not in page


@pytest.mark.parametrize(("size", "count"), [("a4", 1), ("a4", 2), ("a4", 4), ("a4", 5), ("a4", 30), ("letter", 30)])
def test_many_signatories_and_conditions_go_on_behind_page_one(keys: Keys, size: Paper, count: int) -> None:
    signatures = tuple(
        made.signature(f"Person Number{n}", f"Head of Department {n}", made.CUSTOMER, "customer",
                       "accepted_with_conditions", "2026-11-18T13:20:07.000000+00:00")
        for n in range(count)
    )  # fmt: skip
    conditions = tuple(
        ConditionFacts(f"Condition text {n}.", made.PARTNER, "2026-12-11", f"Workaround {n}.", "X")
        for n in range(count)
    )
    facts = made.certificate(keys, signatures=signatures, conditions=conditions, paper=size)
    data = documents.unsealed(facts, keys)
    text, page = words(data), words(data, 0)
    boxes = {tuple(round(float(side)) for side in one.mediabox) for one in pypdf.PdfReader(io.BytesIO(data)).pages}
    assert boxes == {(0, 0, 612, 792) if size == "letter" else (0, 0, 595, 842)}
    for n in range(count):
        assert f"Person Number{n}" in text
        assert f"Condition text {n}. Until then: Workaround {n}." in text
    assert "Page 1 of" in page
    assert "Annexes A Exit criteria" in page
    assert ("Continued from page 1" in text) == (count > 2)
    assert ("subject to the condition below." in page) == (count == 1)


WORD = "Donaudampfschifffahrt" * 477
HOSTILE = "</td></tr><h1>SIGNED BY CEO</h1>"
IMAGE = "<img src=http://127.0.0.1:9/x>"
LINK = '<a href="file:///etc/passwd">{{ 7*7 }} %(n)s</a>'
OVERLAY = '<div style="position:fixed;inset:0;background:#fff">SIGNED</div><style>*{display:none}</style>'
ATTACHED = '<a rel="attachment" href="file:///etc/hosts">a</a><link rel="attachment" href="file:///etc/passwd">'
SCRIPTED = '<a href="javascript:alert(1)">b</a><object data="http://127.0.0.1:9/o"></object><svg onload="alert(1)"/>'
HEAPED = "a" + "\u0301" * 500 + "\u200b\u200b"
TURNED = "\u202egnirts\u202c \u200fmark"


def hostile(keys: Keys) -> CertificateFacts:
    """Return facts with a hostile text in every place where people type."""
    scope = made.altered(
        customer=HOSTILE,
        partners=[IMAGE, LINK],
        project={"key": "OTC", "name": TURNED, "zone": "Europe/Stockholm"},
        requested={"by": HOSTILE, "at": "2026-11-16T09:00:00+00:00", "title": LINK},
    )
    scope["cycles"][0] |= {"name": HOSTILE, "environment": IMAGE, "builds": [LINK]}
    scope["requirements"][0] |= {"name": WORD, "unit": HOSTILE, "process": LINK}
    scope["requirements"][1]["tests"][0] |= {"title": IMAGE, "results_stand": {"by": HOSTILE, "reason": LINK}}
    scope["defects"][0] |= {"title": HOSTILE, "workaround": WORD, "severity": "<b>", "state": "deferred"}
    scope["defects"][1] |= {"title": WORD, "workaround": LINK}
    scope["not_tested"][0] |= {"title": HOSTILE, "reason": IMAGE, "decided_by": LINK}
    scope["people"][0] |= {"name": WORD, "unit": HOSTILE}
    scope["runs"][1] |= {"tester": WORD, "remark": HOSTILE, "voided": IMAGE, "unit": LINK, "build": WORD}
    scope["evidence"][0] |= {"name": WORD + ".png", "run": IMAGE}
    scope["criteria"][0] |= {"title": LINK}
    scope["rules"] = [HOSTILE, OVERLAY, ATTACHED, SCRIPTED, HEAPED, "a\x00b\x1bc"]
    signature = made.signature(
        HOSTILE, IMAGE, LINK, "customer", "accepted_with_conditions", "2026-11-18T13:20:07.000000+00:00",
        statement=WORD, reasons=HOSTILE, for_whom=IMAGE, local=LINK,
    )  # fmt: skip
    condition = ConditionFacts(HOSTILE + "\nsecond line", WORD, "2026-12-11", IMAGE, LINK)
    waiver = replace(made.WAIVERS[0], criterion=LINK, by=HOSTILE, reason=WORD)
    return made.certificate(keys, scope=scope, signatures=(signature,), conditions=(condition,), waivers=(waiver,))


def sizes_of(data: bytes, wanted: str) -> list[float]:
    """Return the sizes in which these words are printed on the pages that are signed."""
    found: list[float] = []

    def seen(text: str, _cm: list[float], matrix: list[float], _font: object, size: float) -> None:
        if wanted in text.replace("\u200b", "").replace("\xa0", " "):
            found.append(round(abs(matrix[3]) * size, 1))

    for page in pypdf.PdfReader(io.BytesIO(data)).pages[:2]:
        page.extract_text(visitor_text=seen)
    return found


def actions_in(data: bytes) -> set[str]:
    """Return the kinds of action that anything in a PDF can start."""
    with pikepdf.open(io.BytesIO(data)) as paper:
        things = [thing for thing in paper.objects if isinstance(thing, pikepdf.Dictionary)]
        found = {name for thing in things for name in ("/JS", "/Launch", "/URI", "/OpenAction", "/AA") if name in thing}
        links = [thing["/A"] for thing in things if thing.get("/Type") == "/Annot" and "/A" in thing]
        found |= {str(link["/S"]) for link in links}
    return found


@pytest.mark.proves("T23", "T24")
def test_hostile_texts_are_printed_as_typed(keys: Keys) -> None:
    data = documents.render_certificate(hostile(keys), keys)
    reader = pypdf.PdfReader(io.BytesIO(data))
    text = tight(words(data))
    for typed, times in ((HOSTILE, 10), (IMAGE, 6), (LINK, 8), ("secondline", 1), ("[U+202E]gnirts[U+202C]", 1)):
        assert text.count(tight(typed)) >= times, typed
    for typed in (OVERLAY, ATTACHED, SCRIPTED):
        assert tight(typed) in text, typed
    assert max(sizes_of(data, "SIGNED BY CEO")) < max(sizes_of(data, ""))  # no heading came of it
    assert set(reader.attachments) == set(seal.PARTS)
    assert actions_in(data) <= {"/GoTo"}
    assert text.count("Donaudampf") >= 8 * 450
    assert "Page 1 of" in words(data, 0)
    assert "Annexes" in words(data, 0)
    uris = [
        str(note.get_object().get("/A", {}).get("/URI", ""))
        for page in reader.pages
        for note in page.get("/Annots", [])
    ]
    assert not any(uris)
    assert seal.check_pdf(data, [keys.public_pem]).genuine


def test_a_long_word_is_complete(keys: Keys) -> None:
    scope, word = made.altered(), "".join(f"{n:04}" for n in range(2500))
    scope["defects"][1]["workaround"] = word
    data = documents.unsealed(made.certificate(keys, scope=scope), keys)
    printed = re.sub(r"Certificate UAT-OTC-S2 · [^·]* · Defects|Check: \S+|Page \d+ of \d+", "", words(data))
    assert word in tight(printed)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\u202eb", "a[U+202E]b"),
        ("a\x00b", "a\ufffdb"),
        ("a\nb\tc", "a\nb\tc"),
        ("\u200fא", "\u200fא"),
        ("\ud800", "\ufffd"),
    ],
)
def test_characters_that_deceive_become_visible(value: str, expected: str) -> None:
    assert wording.shown({"x": [value]}) == {"x": [expected]}


def test_how_things_are_written() -> None:
    assert wording.days("2026-10-26", "2026-11-13") == "26 Oct – 13 Nov 2026"
    assert wording.days("2026-11-02", "2026-11-13") == "2 – 13 Nov 2026"
    assert wording.days("2026-11-02", "2026-11-02") == "2 Nov 2026"
    assert wording.days("2025-12-28", "2026-01-03") == "28 Dec 2025 – 3 Jan 2026"
    assert wording.second("2026-11-18T14:20:07+01:00") == "18 Nov 2026, 13:20:07"
    assert wording.joined(["a", "b", "c"]) == "a, b and c"
    assert (wording.joined([]), wording.joined(["a"])) == ("", "a")
    assert wording.word(2) == "two"
    assert wording.word(30) == "30"
    assert wording.clipped("abcdef", 4) == "abc…"
