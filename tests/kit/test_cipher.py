"""What is sealed opens by its key, for its purpose, unchanged, or not at all."""

import pytest

from vouchermarket.kit.cipher import Cipher, NotOpened

KEY = "one key of a bureau that is long enough"
PLAIN = "身份".encode()


def test_what_was_sealed_opens_for_its_purpose() -> None:
    sealed = Cipher(KEY).seal(PLAIN, "a")
    assert PLAIN not in sealed
    assert Cipher(KEY).open(sealed, "a") == PLAIN


def test_the_same_is_never_sealed_alike() -> None:
    assert len({Cipher(KEY).seal(PLAIN, "a") for _ in range(100)}) == 100


def test_opens_neither_by_another_key_nor_for_another_purpose_nor_changed() -> None:
    sealed = Cipher(KEY).seal(PLAIN, "a")
    with pytest.raises(NotOpened):
        Cipher(KEY + ".").open(sealed, "a")
    with pytest.raises(NotOpened):
        Cipher(KEY).open(sealed, "b")
    for place in range(len(sealed)):
        changed = bytes(byte ^ 1 if at == place else byte for at, byte in enumerate(sealed))
        with pytest.raises(NotOpened):
            Cipher(KEY).open(changed, "a")
        with pytest.raises(NotOpened):
            Cipher(KEY).open(sealed[:place], "a")


def test_a_cipher_does_not_show_its_key() -> None:
    assert KEY not in repr(Cipher(KEY))
