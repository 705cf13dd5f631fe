"""Key hierarchy of a case file: HKDF-SHA256 from the case key, AES-256-GCM for each entry.

One random case key; everything else is derived from it (HKDF-SHA256, RFC 5869)
or wrapped under it. Each sealed thing has a key of its own, so that destroying
32 wrapped bytes forgets it. Keys are never written in clear.
"""

from __future__ import annotations

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from uncounted.errors import Damaged
from uncounted.vault.store.rows import Sealed

KEY_BYTES = 32
_NONCE_BYTES = 12
# A key that seals exactly one message may use any nonce once; this one costs no bytes.
_ONLY_NONCE = bytes(_NONCE_BYTES)
_HASHING = b"hashing"


def _damaged(what: str) -> Damaged:
    return Damaged(f"{what} not what was sealed", hint="restore the case file from a copy")


class CaseKeys:
    """What is derived from the case key of one case file.

    `database` is SQLCipher's raw key. `seal` and `unseal` tie a thing to its
    case, its entry and its part, so that swapped rows are noticed. Wrapping uses
    random 96-bit nonces under one key: good for 2^32 things a case key (NIST
    SP 800-38D, 8.3).

    The two keys that hash (`tag`, `fingerprint`) always stay those of the first case key:
    what they made stands in entries, and a withdrawn report is no longer there to be
    hashed again. After a rotation they come out of the database (`carrying`) as `hashing`.
    """

    def __init__(self, case_id: str, case_key: bytes, hashing: bytes | None = None) -> None:
        self.case_id, self._case_key = case_id, case_key
        self._context = b"uncounted case 1\0" + bytes.fromhex(case_id)
        self.database = self._derive(b"database")
        self._wrapping = AESGCM(self._derive(b"wrapping"))
        if hashing is None:
            hashing = self._derive(b"tombstones") + self._derive(b"fingerprints")
        self._tags, self._prints = hashing[:KEY_BYTES], hashing[KEY_BYTES:]
        self._print = hmac.new(self._prints, digestmod="sha256")

    @property
    def succession(self) -> bytes:
        """The secret by which a home knows this case key again; see `succession`."""
        return self._derive(b"succession")

    def unsafe_case_key(self) -> bytes:
        """Give the case key, to be sealed to a member at once."""
        return self._case_key

    def carried(self, older: CaseKeys) -> bytes:
        """Wrap the two keys that hash of an `older` case key under this one."""
        nonce = os.urandom(_NONCE_BYTES)
        place = self._context + _HASHING
        return nonce + self._wrapping.encrypt(nonce, older._tags + older._prints, place)

    def carrying(self, wrapped: bytes) -> CaseKeys:
        """The same keys, with those that hash as `carried` wrapped them."""
        try:
            plain = self._unwrap(wrapped, self._context + _HASHING)
        except (InvalidTag, ValueError) as error:
            raise _damaged("the keys that hash are") from error
        return CaseKeys(self.case_id, self._case_key, hashing=plain)

    def _derive(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=self._context, info=purpose).derive(
            self._case_key
        )

    def seal(self, seq: int, part: bytes, plain: bytes) -> Sealed:
        """Seal `plain` as a part of entry `seq` with a fresh key."""
        place = self._place(seq, part)
        fresh = os.urandom(KEY_BYTES + _NONCE_BYTES)
        key, nonce = fresh[:KEY_BYTES], fresh[KEY_BYTES:]
        return Sealed(
            nonce + self._wrapping.encrypt(nonce, key, place),
            AESGCM(key).encrypt(_ONLY_NONCE, plain, place),
        )

    def unseal(self, seq: int, part: bytes, sealed: Sealed) -> bytes:
        """Open what `seal` made for this place."""
        place = self._place(seq, part)
        try:
            key = self._unwrap(sealed.wrapped, place)
            return AESGCM(key).decrypt(_ONLY_NONCE, sealed.content, place)
        except (InvalidTag, ValueError) as error:
            raise _damaged(f"entry {seq} is") from error

    def rewrap(self, seq: int, part: bytes, wrapped: bytes, under: CaseKeys) -> bytes:
        """Wrap the key of a sealed thing anew, under another case key."""
        place = self._place(seq, part)
        nonce = os.urandom(_NONCE_BYTES)
        try:
            key = self._unwrap(wrapped, place)
        except (InvalidTag, ValueError) as error:
            raise _damaged(f"entry {seq} is") from error
        return nonce + under._wrapping.encrypt(nonce, key, place)

    def _unwrap(self, wrapped: bytes, place: bytes) -> bytes:
        return self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], place)

    def _place(self, seq: int, part: bytes) -> bytes:
        return self._context + seq.to_bytes(8) + part

    def tag(self, source: str, report_id: str) -> bytes:
        """The tombstone of a withdrawn report: says nothing without the case key."""
        name = source.encode()
        return hmac.digest(self._tags, len(name).to_bytes(4) + name + report_id.encode(), "sha256")

    def fingerprint(self, payload: bytes, consent: bytes) -> bytes:
        """Equal for equal payload and consent, and comparable with nothing outside this case."""
        mac = self._print.copy()  # the key is hashed once, not for every report
        mac.update(len(payload).to_bytes(4) + payload + consent)
        return mac.digest()
