"""Identifiers hold by their check digits."""

import random

import pytest

from guanbao.apps.parties.identifiers import lei_is_valid, uscc_is_valid

LEIS = ["506700GE1G29325QX363", "7LTWFZYICNSX8D621K86"]  # of GLEIF itself and of Deutsche Bank, in its register


@pytest.mark.parametrize("lei", LEIS)
def test_leis_hold(lei):
    assert lei_is_valid(lei)


def made_code(chance):
    """A code whose last character is worked out the slow way: by trying all."""
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    head = (
        "91" + "".join(chance.choice("0123456789") for _ in range(6)) + "".join(chance.choice(digits) for _ in range(9))
    )
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]  # GB 32100-2015, table of weights
    total = sum(digits.index(c) * w for c, w in zip(head, weights, strict=True))
    return head + digits[(31 - total % 31) % 31]


def test_codes_hold_by_the_table_of_weights():
    chance = random.Random(7)
    assert all(uscc_is_valid(made_code(chance)) for _ in range(500))


def test_every_changed_character_is_found():
    """A digit for a digit, a letter for a letter: ISO 7064 counts a letter as two digits, so others may pass."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    for good, valid in ((LEIS[0], lei_is_valid), (made_code(random.Random(11)), uscc_is_valid)):
        for i, was in enumerate(good):
            changed = [good[:i] + c + good[i + 1 :] for c in alphabet if c != was and c.isdigit() == was.isdigit()]
            assert not any(map(valid, changed)), (good, i)


@pytest.mark.parametrize("text", ["", "x", LEIS[0].lower(), LEIS[0] + "0", LEIS[0][:-1], "5067 0GE1G29325QX363"])
def test_other_texts_are_no_identifiers(text):
    assert not lei_is_valid(text)
    assert not uscc_is_valid(text)
