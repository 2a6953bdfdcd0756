"""What somebody typed to find a home: a serial, a MAC, an e-mail, an id of some kind, a name.

Pure. Serial numbers are 10 to 12 upper-case letters and digits, customer and location ids 24
hexadecimal digits; account and service ids are the ISP's own and have no form.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, get_args

from src.models.lookup import Guess, QueryKind

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["classify_query", "mac_of", "tidy"]

MAX_TEXT = 200
_LEAST = 3

_LABEL = re.compile(
    r"(?P<word>s\s?/?\s?n|serial|mac|e-?mail|account|acct|customer|location|service|name)"
    r"(?:\s?(?:number|address|no\.?|id|nr\.?))?(?:\s*[:=#]\s*|\s+(?=\S*\d\S*$))(?P<rest>\S.*)",
    re.IGNORECASE,
)
_LABEL_KINDS: dict[str, QueryKind] = {"sn": "serial", "e-mail": "email", "acct": "account"}
_QUOTES = " \"'`“”„‘’«»<>[](){}"
_MAC = re.compile(r"[0-9a-f]{2}(?:[:\-._ ]?[0-9a-f]{2}){5}", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"']+@[^\s@<>()\[\],;:\"']+\.[^\s@<>()\[\],;:\"'.]+")
_PART_OF_EMAIL = re.compile(r"[^\s@]*@[^\s@]+|[^\s@]+@|[a-z0-9]+(?:[._+-][a-z0-9]+)*\.[a-z0-9]+")
_OBJECT_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9A-Z]{10,12}")
_ODD_SERIAL = re.compile(r"[0-9A-Z]{8,24}")
# Two of the format characters carry meaning inside of names: the joiners of Persian and emoji.
_JOINERS = "\u200c\u200d"


def tidy(text: str) -> str:
    """The text on one line without invisible characters and quotes around it, cut at 200."""
    kept = (
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text[: 4 * MAX_TEXT])
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in {"Cc", "Cf", "Cs"}
    )
    return " ".join("".join(kept).split())[:MAX_TEXT].strip(_QUOTES + _JOINERS)


def classify_query(text: str) -> list[Guess]:
    """What the text may be, likeliest first, in the form that Plume's look-ups take.

    A label in front ("SN: 7K3Q9X0001") decides where it can. Empty for text that is too short
    or has nothing to look for.
    """
    text = tidy(text)
    labelled = _LABEL.fullmatch(text)
    kind = _kind_of_label(labelled["word"]) if labelled else None
    rest = tidy(labelled["rest"]) if labelled else text
    found: dict[QueryKind, Guess] = {}
    for guess in _guesses(rest, kind):
        found.setdefault(guess["kind"], guess)
    # Stable: what the label says comes first, the rest keeps its order.
    return sorted(found.values(), key=lambda guess: guess["kind"] != kind)


def mac_of(text: str) -> str | None:
    """A MAC address in lower case with colons, from any of its spellings; else None."""
    text = text.strip()
    if not _MAC.fullmatch(text):
        return None
    digits = re.sub(r"[^0-9a-f]", "", text.lower())
    return ":".join(digits[place : place + 2] for place in range(0, 12, 2))


def _kind_of_label(word: str) -> QueryKind | None:
    word = re.sub(r"[\s/]", "", word.lower())
    kind = _LABEL_KINDS.get(word, word)
    return next((known for known in get_args(QueryKind) if known == kind), None)


def _guesses(text: str, label: QueryKind | None) -> Iterator[Guess]:
    email = _EMAIL.search(text)
    if email:
        yield from _email_guesses(text, email[0])
    elif _OBJECT_ID.fullmatch(text):
        yield {"kind": "location", "value": text.lower()}
        yield {"kind": "customer", "value": text.lower()}
    elif _UUID.fullmatch(text):
        # What Plume makes up as account id where the ISP never set one.
        yield {"kind": "account", "value": text.lower()}
    else:
        mac = mac_of(text)
        if mac is None or not _is_plainly_mac(text):
            yield from _word_guesses(text, label)
        if mac:
            yield {"kind": "mac", "value": mac}


def _is_plainly_mac(text: str) -> bool:
    """Twelve digits, or twelve characters in a row, may as well be a number of the ISP's."""
    return ":" in text or text.count("-") == 5 or (_has_letter(text) and not text.isalnum())


def _email_guesses(text: str, address: str) -> Iterator[Guess]:
    """An address on its own, or with a name beside it as mail programs write it."""
    yield {"kind": "email", "value": address.lower()}
    name = tidy(re.sub(r"mailto:|[<>()\[\],;:\"]", " ", text.replace(address, " ")))
    if _is_name(name):
        yield {"kind": "name", "value": name}


def _word_guesses(text: str, label: QueryKind | None) -> Iterator[Guess]:
    joined = text.replace(" ", "")
    one_word = " " not in text or joined.isdigit()
    serial = joined.upper() if one_word or label == "serial" or text == text.upper() else ""
    serial = serial if _ODD_SERIAL.fullmatch(serial) and _has_digit(serial) else ""
    account = joined if joined.isdigit() else text
    numbered = one_word and _has_digit(text)
    if serial and _SERIAL.fullmatch(serial) and not serial.isdigit():
        yield {"kind": "serial", "value": serial}
    if len(account) >= _LEAST and (numbered or label in {"account", "service"}):
        yield {"kind": "account", "value": account}
        yield {"kind": "service", "value": account}
    if serial:
        yield {"kind": "serial", "value": serial}
    if len(text) >= _LEAST and _has_letter(text) and _PART_OF_EMAIL.fullmatch(text.lower()):
        yield {"kind": "email", "value": text.lower()}
    if _is_name(text) and "@" not in text:
        yield {"kind": "name", "value": text}


def _is_name(text: str) -> bool:
    """At least two letters, or one of a script whose words are that short."""
    letters = [c for c in text if c.isalpha()]
    return len(letters) > 1 or any(not c.isascii() for c in letters)


def _has_letter(text: str) -> bool:
    return any(c.isalpha() for c in text)


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
