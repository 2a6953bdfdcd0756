"""Pasted headers and partner ids: repaired where the meaning is plain, refused silently else."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.net.credentials import (
    Credential,
    SecretDict,
    normalize_auth_header,
    validate_partner_id,
)
from src.net.errors import PlumeInputError

PAIR = "0oaFakeClient77:fake-secret_Äß~with?odd>chars"
CODE = base64.b64encode(PAIR.encode()).decode()
URL_SAFE = base64.urlsafe_b64encode(PAIR.encode()).decode()
HEADER = f"Basic {CODE}"


def test_the_sample_needs_padding_and_url_safe_characters() -> None:
    assert CODE.endswith("=")
    assert URL_SAFE != CODE


@pytest.mark.parametrize(
    "pasted",
    [
        HEADER,
        f"  {HEADER}\n",
        f"basic {CODE}",
        f"BASIC   {CODE}",
        f"Basic: {CODE}",
        f"Basic:{CODE}",
        f"Basic={CODE}",
        f"Basic{CODE}",
        f"Basic Basic {CODE}",
        f"Authorization: Basic {CODE}",
        f"authorization:basic {CODE}",
        f"Authorization Basic {CODE}",
        f"Authorization = Basic {CODE}",
        f"Authorization: Basic: {CODE}",
        f"Authorization header: Basic {CODE}",
        f"Proxy-Authorization: Basic {CODE}",
        f"Authorization: {CODE}",
        CODE,
        CODE.rstrip("="),
        URL_SAFE,
        f'"{HEADER}"',
        f"'{CODE}'",
        f"`{HEADER}`",
        f"“{HEADER}”",
        f"«{HEADER}»",
        f"<{HEADER}>",
        f"-H 'Authorization: Basic {CODE}'",
        f'--header "Authorization: Basic {CODE}" \\',
        f'"Authorization": "Basic {CODE}",',
        f'{{"Authorization": "Basic {CODE}"}}',
        f"Authorization:\nBasic\n{CODE[:20]}\n{CODE[20:40]}\r\n{CODE[40:]}",
        f"Basic {CODE[:10]} {CODE[10:]}",
        f"\u200bBasic \u2060{CODE}\ufeff",
        f"Basic\u00a0{CODE}",
    ],
)
def test_pasted_shapes_are_repaired(pasted: str) -> None:
    assert normalize_auth_header(pasted) == HEADER


def encoded(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        "   ",
        "Basic",
        "Basic ",
        "Authorization:",
        "hello",
        "I do not have one",
        f"Bearer {CODE}",
        "Bearer eyJhbGciOiJSUzI1NiJ9.eyJleHAiOjE3OTYxMjAwMDB9.aW52ZW50ZWQ",
        PAIR,
        encoded(b"only-an-id"),
        encoded(b":secret-without-id"),
        encoded(b"id-without-secret:"),
        encoded(b" : "),
        encoded(b"id:sec\nret"),
        encoded(b"id:sec\x00ret"),
        encoded(b"\xff\xfe:binary"),
        f"Basic {CODE[:-3]}!!",
        "Basic A",
        "Basic ====",
        f"{HEADER} and {HEADER}",
        "Basic " + "QUJD" * 2000,
        "Basic " + base64.b64encode(b"id:" + b"x" * 5000).decode(),
    ],
)
def test_anything_else_is_refused_in_one_sentence_without_echo(pasted: str) -> None:
    with pytest.raises(PlumeInputError) as refusal:
        normalize_auth_header(pasted)
    sentence = str(refusal.value)
    assert sentence.count(".") == 0
    assert "\n" not in sentence
    assert refusal.value.__cause__ is None
    for word in pasted.split():
        assert len(word) < 6 or word not in sentence


@pytest.mark.parametrize("given_value", [None, 5, b"Basic abc", ["Basic"]])
def test_what_is_no_text_is_refused(given_value: object) -> None:
    with pytest.raises(PlumeInputError):
        normalize_auth_header(given_value)  # type: ignore[arg-type]  # scripts are not type-checked
    with pytest.raises(PlumeInputError):
        validate_partner_id(given_value)  # type: ignore[arg-type]  # scripts are not type-checked


printable = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=60).filter(
    str.isprintable
)


@given(client_id=printable.filter(lambda text: ":" not in text), secret=printable)
def test_every_pair_survives_bare_or_labelled(client_id: str, secret: str) -> None:
    code = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    expected = f"Basic {code}"
    assert normalize_auth_header(code) == expected
    assert normalize_auth_header(f"Authorization: Basic {code}") == expected
    assert normalize_auth_header(code.rstrip("=").replace("+", "-").replace("/", "_")) == expected


@given(st.text())
def test_any_text_is_repaired_or_refused(text: str) -> None:
    try:
        header = normalize_auth_header(text)
    except PlumeInputError:
        return
    assert normalize_auth_header(header) == header


@pytest.mark.parametrize(
    "pasted",
    [
        "a0a0a0a0a0a0a0a0a0a00001",
        "  a0a0a0a0a0a0a0a0a0a00001\n",
        '"a0a0a0a0a0a0a0a0a0a00001"',
        "partnerId:a0a0a0a0a0a0a0a0a0a00001",
        "partnerid: a0a0a0a0a0a0a0a0a0a00001",
        "partnerId:a0a0a0a0a0a0a0a0a0a00001 role:partnerIdAdmin",
        "scope=partnerId:a0a0a0a0a0a0a0a0a0a00001 role:partnerIdAdmin",
        '"scope": "partnerId:a0a0a0a0a0a0a0a0a0a00001 role:partnerIdAdmin",',
        "\u200ba0a0a0a0a0a0a0a0a0a00001",
    ],
)
def test_partner_ids_are_read_from_what_the_portal_shows(pasted: str) -> None:
    assert validate_partner_id(pasted) == "a0a0a0a0a0a0a0a0a0a00001"


@pytest.mark.parametrize(
    "pasted",
    [
        "",
        " ",
        "two words",
        "a b role:admin",
        "../..",
        "-x",
        "a" * 65,
        "x" * 5000,
        "ä",
        "a/b",
        "a:b",
    ],
)
def test_other_partner_ids_are_refused(pasted: str) -> None:
    with pytest.raises(PlumeInputError):
        validate_partner_id(pasted)


def test_a_credential_never_shows_its_header() -> None:
    credential = Credential("https://sso.example.net/token", HEADER, "partner-1")
    for text in (repr(credential), str(credential), f"{credential}", repr([credential])):
        assert CODE not in text
        assert "partner-1" in text
    assert CODE not in credential.key
    assert credential.client_id == "0oaFakeClient77"


def test_credentials_are_told_apart_by_every_part() -> None:
    keys = {
        Credential(sso, header, partner).key
        for sso in ("https://a.example.net/t", "https://b.example.net/t")
        for header in (HEADER, encoded(b"id:secret"))
        for partner in ("one", "two")
    }
    assert len(keys) == 8


def test_a_secret_dict_hides_secrets_from_its_repr_only() -> None:
    secrets = SecretDict(auth_header=HEADER, access_token="fake-token", partner_id="p")
    for text in (repr(secrets), str(secrets), f"{secrets!r}", "%s" % secrets):  # noqa: UP031 - as logging does
        assert CODE not in text
        assert "fake-token" not in text
        assert "partner_id" in text
    assert json.loads(json.dumps(secrets))["access_token"] == "fake-token"
