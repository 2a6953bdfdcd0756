"""What a typed text may be: tables by kind, and properties that hold for any text."""

from __future__ import annotations

import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.query import MAX_TEXT, classify_query, mac_of, tidy
from tests.telegram_rules import NASTY
from tests.texts import texts

# (text, what it may be, likeliest first)
TEXTS = [
    # serial numbers: as on the label, typed small, spelled in groups, with a word in front
    ("7K3Q9X0002", "serial 7K3Q9X0002 | account 7K3Q9X0002 | service 7K3Q9X0002 | name 7K3Q9X0002"),
    (
        " 7k3q9x00021 ",
        "serial 7K3Q9X00021 | account 7k3q9x00021 | service 7k3q9x00021 | name 7k3q9x00021",
    ),
    ("7K3Q 9X00 02", "serial 7K3Q9X0002 | name 7K3Q 9X00 02"),
    ("SN: 7k3q 9x00 02", "serial 7K3Q9X0002 | name 7k3q 9x00 02"),
    # longer than Plume's own: rather an account, but some makers have such serials
    (
        "AB12345678901",
        "account AB12345678901 | service AB12345678901 | serial AB12345678901 | name AB12345678901",
    ),
    # MAC addresses
    ("02:00:5E:10:00:01", "mac 02:00:5e:10:00:01"),
    ("02-00-5e-10-00-01", "mac 02:00:5e:10:00:01"),
    ("0200.5e10.0001", "mac 02:00:5e:10:00:01"),
    ("02 00 5e 10 00 01", "mac 02:00:5e:10:00:01"),
    ("12:34:56:78:90:12", "mac 12:34:56:78:90:12"),
    ("12-34-56-78-90-12", "mac 12:34:56:78:90:12"),
    (
        "02005e100001",
        "serial 02005E100001 | account 02005e100001 | service 02005e100001 | mac 02:00:5e:10:00:01",
    ),
    (
        "mac 02005e100001",
        "mac 02:00:5e:10:00:01 | serial 02005E100001 | account 02005e100001 | service 02005e100001",
    ),
    # numbers of the ISP's
    (
        "1234 5678 9012",
        "account 123456789012 | service 123456789012 | serial 123456789012 | mac 12:34:56:78:90:12",
    ),
    ("417", "account 417 | service 417"),
    ("NWF-000417", "account NWF-000417 | service NWF-000417 | name NWF-000417"),
    ("service id: SVC-88120", "service SVC-88120 | account SVC-88120 | name SVC-88120"),
    ("account no. = NWF 417", "account NWF 417 | service NWF 417 | name NWF 417"),
    ("acct#88120", "account 88120 | service 88120"),
    ("9E3779B1-1111-4222-8333-00000000000A", "account 9e3779b1-1111-4222-8333-00000000000a"),
    # ids of Plume's
    (
        "B1B1b1b1b1b1b1b100000000",
        "location b1b1b1b1b1b1b1b100000000 | customer b1b1b1b1b1b1b1b100000000",
    ),
    (
        "customer id: b1b1b1b1b1b1b1b100000000",
        "customer b1b1b1b1b1b1b1b100000000 | location b1b1b1b1b1b1b1b100000000",
    ),
    # e-mail addresses, whole, in part, and as mail programs write them
    ("Nora.Lindqvist@Example.COM", "email nora.lindqvist@example.com"),
    ("mailto:nora@example.com", "email nora@example.com"),
    ("Nora Lindqvist <NORA@example.com>", "email nora@example.com | name Nora Lindqvist"),
    ("nora@example.com;", "email nora@example.com"),
    ("nora@", "email nora@"),
    ("@Example.com", "email @example.com"),
    ("Nora.Lindqvist", "email nora.lindqvist | name Nora.Lindqvist"),
    # names
    ("lindq", "name lindq"),
    ("  Nora \n Lindqvist ", "name Nora Lindqvist"),
    ("Customer: Nora Lindqvist", "name Nora Lindqvist"),
    ("“Castle Hotel”", "name Castle Hotel"),
    ("O'Brien / Sons", "name O'Brien / Sons"),
    ("Ýrsa Þórðardóttir 🦊", "name Ýrsa Þórðardóttir 🦊"),
    ("\u200bNo\ufeffra\u202e", "name Nora"),
    ("رشته\u200cی خانه", "name رشته\u200cی خانه"),
    ("李", "name 李"),
    ("Unit 12", "name Unit 12"),
    ("Flat7", "account Flat7 | service Flat7 | name Flat7"),
    # nothing to go by
    ("", ""),
    ("   ", ""),
    ("a", ""),
    ("12", ""),
    ("?!", ""),
    ("🏠🏠", ""),
    ("@", ""),
    ("\x00\u200b\ud800", ""),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[repr(text) for text, _ in TEXTS])
def test_guesses(text: str, expected: str) -> None:
    guesses = classify_query(text)
    assert " | ".join(f"{guess['kind']} {guess['value']}" for guess in guesses) == expected


@pytest.mark.parametrize("label", ["S/N", "sn", "Serial", "serial number", "Serial no."])
@pytest.mark.parametrize("between", [":", " : ", "=", " # ", " "])
def test_labels_of_serials(label: str, between: str) -> None:
    first = classify_query(f"{label}{between}7k3q9x00021")[0]
    assert first == {"kind": "serial", "value": "7K3Q9X00021"}


@pytest.mark.parametrize(
    "text", ["02:00:5e:10:00", "02:00:5e:10:00:01:02", "g2:00:5e:10:00:01", ""]
)
def test_what_is_no_mac_address(text: str) -> None:
    assert mac_of(text) is None


def test_long_texts_are_cut() -> None:
    assert len(tidy("x" * 100_000)) == MAX_TEXT
    (guess,) = classify_query("x y" * 50_000)
    assert len(guess["value"]) <= MAX_TEXT


_hex = st.text("0123456789abcdefABCDEF", min_size=2, max_size=2)


@settings(max_examples=400)
@given(
    pairs=st.lists(_hex, min_size=6, max_size=6), between=st.sampled_from([":", "-", ".", " ", ""])
)
def test_any_spelling_of_a_mac_address_gives_the_same(pairs: list[str], between: str) -> None:
    wanted = ":".join(pairs).lower()
    assert mac_of(between.join(pairs)) == wanted
    assert {"kind": "mac", "value": wanted} in classify_query(between.join(pairs))


@settings(max_examples=400)
@given(
    serial=st.text(string.ascii_uppercase + string.digits, min_size=10, max_size=12).filter(
        lambda text: re.search("[0-9]", text) and re.search("[A-Z]", text)
    )
)
def test_a_serial_comes_first_however_it_is_typed(serial: str) -> None:
    for typed in (serial, serial.lower(), f" “{serial}”\n", f"S/N {serial}"):
        assert classify_query(typed)[0] == {"kind": "serial", "value": serial}


_FORMS = {
    "serial": r"[0-9A-Z]{8,24}",
    "mac": r"[0-9a-f]{2}(:[0-9a-f]{2}){5}",
    "email": r"\S*@\S+|\S+@|\S+\.\S+",
    "location": r"[0-9a-f]{24}",
    "customer": r"[0-9a-f]{24}",
    "account": r".{3,}",
    "service": r".{3,}",
    "name": r".+",
}
_pieces = st.lists(
    st.sampled_from([*"aZ09 .-_@:/#=<>\"'“ \t\n\u200b\u200d\u202e", *NASTY, "sn:", "é", "李", "02"])
    | texts(max_size=6),
    max_size=14,
).map("".join)


@settings(max_examples=500)
@given(text=_pieces)
def test_any_text_gives_each_kind_once_in_its_form(text: str) -> None:
    guesses = classify_query(text)
    kinds = [guess["kind"] for guess in guesses]
    assert len(kinds) == len(set(kinds))
    for guess in guesses:
        assert re.fullmatch(_FORMS[guess["kind"]], guess["value"])
        assert guess["value"] == guess["value"].strip()
        assert guess["value"].encode()
        if guess["kind"] == "email":
            assert guess["value"] == guess["value"].lower()


@settings(max_examples=500)
@given(text=_pieces)
def test_tidy_is_one_line_and_final(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "\n" not in once
    assert len(once) <= MAX_TEXT
