"""Decisions about passwords, repeated tries and where a sign-in may lead. Pure: sentences are translated by callers."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import unquote

SHORTEST, LONGEST = 10, 200
FREE_TRIES, FREE_TRIES_OF_AN_ADDRESS = 5, 20
FIRST_WAIT, LONGEST_WAIT = 15, 15 * 60
FORGOTTEN_AFTER = timedelta(hours=24)
INVITATION_VALID_FOR, RESET_VALID_FOR = timedelta(days=14), timedelta(hours=1)

N_ = str
TOO_SHORT = N_("Use at least %(shortest)s characters. Four words that do not belong together are easy to keep.")
TOO_LONG = N_("Use at most %(longest)s characters. This one has %(n)s.")
COMMON = N_("Many people use this password or one like it, so it is tried first. Choose another one.")
PERSONAL = N_("Leave out your name, mail address and organisation and the word uatapp: they are tried first.")

# What people choose when a rule asks for ten characters: these words, dressed up with digits and signs.
_WORDS = frozenset(
    """
    password passwort passord kennwort motdepasse contrasena wachtwoord secret geheim welcome willkommen
    velkommen bienvenue letmein changeme qwerty qwertz azerty qwertyuiop qwertzuiop asdfghjkl asdfgh zxcvbn
    zxcvbnm admin administrator root test testing tester default guest login user master monkey dragon
    football baseball basketball superman batman starwars pokemon iloveyou sunshine princess shadow michael
    jordan charlie summer winter spring autumn sommer fruhling herbst january february march april june july
    august september october november december monday friday hello hallo whatever trustno computer internet
    company firma business office microsoft windows google facebook liverpool arsenal chelsea passphrase
    mypassword yourpassword newpassword mysecret supersecret topsecret password password iloveyouforever
    correcthorsebatterystaple abcdefghijklmnopqrstuvwxyz
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_LEET = str.maketrans("013457@$!|", "oleastasil")
_ROWS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm")
_ENDS = "0123456789!?.,#*-_+$&%"


def normalised(password: str) -> str:
    """Return a password in the one form that is hashed, so that each keyboard's accents match."""
    return unicodedata.normalize("NFKD", password)


def why_weak(password: str, personal: Iterable[str] = ()) -> str | None:
    """Say why a password is refused, None when it is good. `personal` holds names and addresses to leave out."""
    if len(password) < SHORTEST:
        return TOO_SHORT
    if len(password) > LONGEST:
        return TOO_LONG
    plain = normalised(password).casefold()
    if _is_personal(plain, personal):
        return PERSONAL
    return COMMON if _is_common(plain) else None


def _is_personal(plain: str, personal: Iterable[str]) -> bool:
    words = {word for text in personal for word in re.split(r"[^\w]+", normalised(text).casefold())}
    wholes = {re.sub(r"\W+", "", normalised(text).casefold()) for text in personal}
    found = {word for word in words | wholes if len(word) >= 4 and word not in ("example", "mail")} | {"uatapp"}
    bare = re.sub(r"\W+", "", plain)
    return any(word in plain or word in bare for word in found)


def _is_common(plain: str) -> bool:
    bare = re.sub(r"\s+", "", plain)
    if len(set(bare)) < 4 or _is_repeated(bare) or _is_run(bare):
        return True
    cores = {re.sub(r"[^a-z]+", "", word) for word in (bare, bare.strip(_ENDS).translate(_LEET))}
    return any(core in _WORDS or (not core and bare.isdigit() and len(bare) < 12) for core in cores)


def _is_repeated(bare: str) -> bool:
    return any(bare == (bare[:n] * len(bare))[: len(bare)] for n in range(1, min(5, len(bare) // 2 + 1)))


def _is_run(bare: str) -> bool:
    return any(bare in row * 2 or bare in (row * 2)[::-1] for row in _ROWS)


def must_have_second_factor(needed: str, *, is_admin: bool, may_sign: bool) -> bool:
    """Say whether somebody must have a second step, by the installation's setting (UATAPP_SECOND_FACTOR)."""
    if needed == "signatories":
        return is_admin or may_sign
    return needed == "everybody"


def is_time_to_tell(tries: int) -> bool:
    """Say whether this wrong try is the one after which people are told: when waiting begins, and each tenth."""
    return tries == FREE_TRIES or (tries > 0 and tries % 10 == 0)


def wait_after(failures: int, free: int) -> int:
    """Return how many seconds to wait after so many failures: none at first, then doubling to a quarter of an hour."""
    if failures < free:
        return 0
    return int(min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(failures - free, 10)))


def safe_target(raw: str | None) -> str:
    """Return a path within this site to go on to, "/" for anything that a browser could read as another site."""
    if not raw or len(raw) > 2000:
        return "/"
    path = unquote(raw.split("?", 1)[0])
    odd = any(ord(c) < 33 or ord(c) == 127 or c == "\\" for c in raw + path)
    if odd or not raw.startswith("/") or not path.startswith("/") or "//" in path or ".." in path:
        return "/"
    return raw
