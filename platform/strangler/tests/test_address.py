"""What may stand in `--source`, and what a mistake there is told."""

import pytest

from strangler.address import BadAddress, parse_address


def test_user_and_password_are_percent_decoded_and_the_prefix_is_kept():
    address = parse_address("mysql://re%40der:p%3Aw%2Fd@db.shop.test:3307/magento?prefix=m2_")
    assert (address.user, address.password, address.host) == ("re@der", "p:w/d", "db.shop.test")
    assert (address.port, address.database, address.prefix) == (3307, "magento", "m2_")


def test_without_a_port_it_is_3306():
    assert parse_address("mysql://u:p@h/d").port == 3306


def test_the_password_is_never_shown():
    address = parse_address("mysql://u:secret@h/d")
    assert "secret" not in repr(address)
    assert "secret" not in address.shown


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgres://u:secret@h/d", "must be an address like mysql"),
        ("mysql://h/d", "names no user"),
        ("mysql://u:secret@h", "names no database"),
        ("mysql://u:secret@/d", "names no host"),
        ("mysql://u:secret@h:99999/d", "port"),
        ("mysql://u:secret@h/d?prefx=m2_", "Unknown option"),
        ("mysql://u:secret@h/d?prefix=`;--", "table prefix"),
        ("", "must be an address like mysql"),
    ],
)
def test_a_mistake_is_named_in_one_sentence_without_the_password(url, sentence):
    with pytest.raises(BadAddress, match=sentence) as refused:
        parse_address(url)
    assert "secret" not in str(refused.value)
