"""Magento's password hashes. The vectors were computed by md5sum, sha256sum and the reference argon2 tool."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.auth import passwords
from identity.auth.passwords import is_legacy, parse, verify

SALT = "abcdefghijklmnopqrstuvwxyz012345"
PASSWORD = "Correct Horse 1"
MD5 = "47e892f7e8095ac2b6d6c41a64b6a997"
SHA256 = "95a000f84bb47d25222e6197c7191c24dea4ab67c81ad1c4975219e07565a0ba"
ARGON = "b8c3334647a845104caaee0254af818d6bfb483b6677918ade077999e4e26e03"
ARGON_64 = (
    "4076e391967132681b06efb11d119c65966a35477ce6c7522080f3fed2c504b8"
    "5ef533244b7032b036e98b881007a8dcc030df3f9316260a196158f0d7f673be"
)
MAGENTO_2 = {
    "md5": f"{MD5}:{SALT}:0",
    "sha256": f"{SHA256}:{SALT}:1",
    "argon with interactive limits": f"{ARGON}:{SALT}:2",
    "argon with its limits inline": f"{ARGON}:{SALT}:3_32_2_67108864",
    "argon of 64 bytes, 3 passes, 8 MiB": f"{ARGON_64}:{SALT}:3_64_3_8388608",
    "argon with a short salt": "d00f857cf8bf63ac2a97baad9fc5e7a49193d78ba1a477965974fadc0d357ad6:abc:2",
    "md5 then sha256": f"eb4782f01b305780ff179142f3443f0c87e4705dc3ba99d73d85c0f719fd3492:{SALT}:0:1",
    "md5, sha256, argon": f"c180ab651d69ba9473225771840bb1883fcc7fb31c1d295260653f1ceb927e5e:{SALT}:0:1:2",
    "md5 then inline argon": (
        f"d62879700b14c5f1b44e9dd295d3a094c371b3b74c2a9f659059baacf3e725d7:{SALT}:0:3_32_2_67108864"
    ),
}
MAGENTO_1 = {
    "bare md5": "4a7c06ea4f26000b8c9d53a54d41259a",
    "salted md5": "2f6783ec38e2acfccad32334f82a592f:xy",
}


@pytest.mark.parametrize("stored", [*MAGENTO_2.values(), *MAGENTO_1.values()], ids=[*MAGENTO_2, *MAGENTO_1])
def test_the_right_password_opens_every_form_and_a_wrong_one_none(stored):
    assert is_legacy(stored)
    assert verify(PASSWORD, stored)
    assert not verify(PASSWORD + " ", stored)
    assert not verify("", stored)


@pytest.mark.parametrize("stored", MAGENTO_1.values(), ids=MAGENTO_1)
def test_magento_1_forms_can_be_switched_off(stored):
    assert not verify(PASSWORD, stored, magento1=False)


@pytest.mark.parametrize("stored", MAGENTO_2.values(), ids=MAGENTO_2)
def test_switching_magento_1_off_leaves_magento_2_alone(stored):
    assert verify(PASSWORD, stored, magento1=False)


def test_a_chain_is_not_opened_by_the_digest_that_lies_inside_it():
    assert not verify(MD5, MAGENTO_2["md5 then sha256"])
    assert not verify(PASSWORD, MAGENTO_2["md5 then sha256"].replace(":0:1", ":1:0"))


def test_passwords_beyond_ascii_are_taken_as_utf_8():
    assert verify("Größe密码", f"1e3fcfd2fd4e81b39522effc3ca6ae3b57d993bf3de348b6d6dfcf9f590e1ff8:{SALT}:1")
    assert verify("Größe密码", f"654cf14583c864f0a90996712fa41adda18008aabb97325a7ba6182d7368bfb6:{SALT}:2")


def test_an_upper_case_digest_is_the_same_digest():
    assert verify(PASSWORD, f"{SHA256.upper()}:{SALT}:1")


@pytest.mark.parametrize(
    "stored",
    [
        None,
        "",
        ":",
        "::",
        "*",
        "no hex at all",
        "pbkdf2_sha256$1000000$salt$b8c3334647a845104caaee02",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdA$aGFzaA",
        f"{MD5}:",
        f"{MD5}:{SALT}:",
        f"{MD5}:{SALT}:7",
        f"{MD5}:{SALT}:1",
        f"{MD5[:-1]}:{SALT}:0",
        f"{SHA256}:{SALT}",
        SHA256,
        f"{ARGON}::2",
        f"{ARGON}:{SALT}:3_32_2",
        f"{ARGON}:{SALT}:3_32_2_67108864_1",
        f"{ARGON}:{SALT}:0:1:2:9",
        "٣" * 32,
        17,
        b"bytes",
    ],
)
def test_damaged_and_foreign_hashes_are_refused_without_an_exception(stored):
    assert parse(stored) is None
    assert not is_legacy(stored)
    assert not verify(PASSWORD, stored)


@pytest.mark.parametrize("limits", ["3_32_2_999999999999", "3_32_9999_67108864", "3_9999_2_67108864", "3_32_0_0"])
def test_limits_that_would_exhaust_the_machine_are_refused_unseen(limits, monkeypatch):
    monkeypatch.setattr(passwords, "hash_secret_raw", lambda *a, **k: pytest.fail("was computed"))
    assert not verify(PASSWORD, f"{ARGON}:{SALT}:{limits}")


def test_a_password_longer_than_magento_accepts_is_refused_before_hashing(monkeypatch):
    monkeypatch.setattr(passwords, "hash_secret_raw", lambda *a, **k: pytest.fail("was computed"))
    assert not verify("x" * 5_000, MAGENTO_2["argon with interactive limits"])


@pytest.mark.parametrize("password", ["\ud800", "a\x00b", None, 5, b"bytes"])
def test_a_password_that_is_no_text_is_wrong_and_nothing_more(password):
    assert not verify(password, MAGENTO_2["sha256"])


hexes = st.text("0123456789abcdefABCDEF", min_size=0, max_size=66)
parts = st.lists(st.one_of(hexes, st.text(max_size=20), st.sampled_from(["0", "1", "3_32_1_8192"])), max_size=6)


@settings(max_examples=200, deadline=None)
@given(stored=st.one_of(st.text(), parts.map(":".join)), password=st.text())
def test_no_input_raises_or_opens_by_chance(stored, password):
    assert verify(password, stored) is False
