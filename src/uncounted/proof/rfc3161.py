"""Trusted timestamps (RFC 3161): an authority's word that a checkpoint was there at a time.

What is sent to an authority is a hash of a signed checkpoint, which itself holds nothing
but a size and a root; what comes back is kept whole, and checks offline for as long as
anyone keeps it. The certificates need to be good at the time of the stamp, not today.
Nothing here opens a connection.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence

import attrs
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from uncounted.errors import BadInput, NotVerified

MOST_BYTES = 1_000_000  # an answer has a few thousand
_AGAIN = "ask again, or another authority; what was there before is untouched"
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----")


@attrs.frozen
class TimestampRequest:
    """What is sent: the hash of a message and a random number, so that no old answer fits."""

    data: bytes = attrs.field(repr=False)
    nonce: int = attrs.field(repr=False)

    @classmethod
    def of(cls, message: bytes) -> TimestampRequest:
        """Ask for a stamp over SHA-512 of a message, with the authority's certificate.

        Examples:
            >>> len(TimestampRequest.of(b"a checkpoint").data) < 120
            True
        """
        made = (
            TimestampRequestBuilder()
            .data(message)
            .hash_algorithm(HashAlgorithm.SHA512)
            .nonce(nonce=True)
            .cert_request(cert_request=True)
            .build()
        )
        if made.nonce is None:
            raise BadInput("no random number was made for the request", hint=_AGAIN)
        return cls(made.as_bytes(), made.nonce)


@attrs.frozen
class Timestamp:
    """What an authority said, after it has been verified.

    Attributes:
        time: when it says that the message was there (UTC).
        authority: the name in the certificate that signed.
        policy: under which of its policies, as an object identifier.
        trusted: whether the certificate leads to a root that the caller named. If not, the
            signature is valid, and the signer was not checked.
    """

    time: dt.datetime
    authority: str
    policy: str
    trusted: bool


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Read the certificates of a PEM file.

    Raises:
        BadInput: there is none in it, or one cannot be read.
    """
    if not _PEM.search(pem):
        raise BadInput(
            "no certificate in that file", hint="a PEM file begins with -----BEGIN CERTIFICATE-----"
        )
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise BadInput(
            "a certificate in that file cannot be read", hint="download the file again"
        ) from None


def verify(
    answer: bytes,
    message: bytes,
    roots: Sequence[x509.Certificate] = (),
    *,
    nonce: int | None = None,
) -> Timestamp:
    """Check an authority's answer (RFC 3161, section 2.4.2) over a message.

    1. It is an answer, and it grants what was asked.
    2. It answers this request: the random number is the one that was sent.
    3. It is signed by a certificate for time stamping that was good at that time and
       leads to one of `roots`; without any, to the certificates it brought itself.
    4. It is about this message.

    Args:
        answer: the response, as it came.
        message: what was stamped.
        roots: certificates that the caller trusts.
        nonce: at capture: the request's.

    Raises:
        NotVerified: one of the steps fails.
    """
    if len(answer) > MOST_BYTES:
        raise NotVerified("the answer is too long to be a timestamp", hint=_AGAIN)
    try:
        response = decode_timestamp_response(_in_order(answer))  # 1
    except ValueError:
        raise NotVerified("the answer is not a timestamp", hint=_AGAIN) from None
    if response.status not in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS):
        raise NotVerified("the authority refused to give a timestamp", hint=_AGAIN)
    try:
        brought = [x509.load_der_x509_certificate(one) for one in response.signed_data.certificates]
        builder = VerifierBuilder() if nonce is None else VerifierBuilder().nonce(nonce)  # 2
        for root in roots or _tops(brought):
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(response, message)  # 3, 4
        return Timestamp(
            response.tst_info.gen_time.astimezone(dt.UTC),
            _signer(response, brought),
            response.tst_info.policy.dotted_string,
            trusted=bool(roots),
        )
    except (VerificationError, ValueError, x509.InvalidVersion) as error:
        raise NotVerified(_in_words(error, bool(roots)), hint=_AGAIN) from None


def _in_order(answer: bytes) -> bytes:
    """Put the certificates of an answer into the order of DER, for a reader that insists on it.

    They are a SET and are not signed. OpenSSL writes them as they come (BER), so its
    answers would be refused. Anything that is not shaped like an answer comes back as it is.
    """
    at = _inside(answer, 0, len(answer), (0x30, 0x30, 0xA0, 0x30, 0xA0))
    if at is None:
        return answer
    parts = list(_elements(answer, *at))
    if not parts or parts[-1][1] != at[1]:
        return answer
    return (
        answer[: at[0]]
        + b"".join(sorted(answer[start:end] for start, end in parts))
        + answer[at[1] :]
    )


def _inside(data: bytes, start: int, end: int, tags: tuple[int, ...]) -> tuple[int, int] | None:
    """Where the content lies of the element that these tags lead to, outermost first.

    At each level the last element with the tag is taken: in a response the token comes
    after the status, and in signed data the certificates after the content.
    """
    if not tags:
        return start, end
    found = [at for at in _elements(data, start, end) if data[at[0]] == tags[0]]
    if not found:
        return None
    content = _content(data, *found[-1])
    return _inside(data, content, found[-1][1], tags[1:]) if content is not None else None


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each element of a constructed value starts and ends, as far as it can be read."""
    while start < end:
        content = _content(data, start, end)
        if content is None:
            return
        length = _length(data, start)
        if length is None or content + length > end:
            return
        yield start, content + length
        start = content + length


def _content(data: bytes, start: int, end: int) -> int | None:
    """Where the content of the element at `start` begins; one-byte tags only."""
    if start + 2 > end:
        return None
    first = data[start + 1]
    content = start + 2 + (first & 0x7F if first & 0x80 else 0)
    return content if content <= end else None


def _length(data: bytes, start: int) -> int | None:
    first = data[start + 1]
    if not first & 0x80:
        return first
    size = first & 0x7F
    return int.from_bytes(data[start + 2 : start + 2 + size]) if 0 < size <= 4 else None


def _tops(brought: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """The certificates that none of the others issued."""
    names = {one.subject for one in brought}
    return [one for one in brought if one.issuer == one.subject or one.issuer not in names]


def _signer(response: TimeStampResponse, brought: Sequence[x509.Certificate]) -> str:
    for info in response.signed_data.signer_infos:
        for one in brought:
            if (one.issuer, one.serial_number) == (info.issuer, info.serial_number):
                return one.subject.rfc4514_string()
    return "an authority that did not send its certificate"


def _in_words(error: Exception, named: bool) -> str:
    words = str(error)
    if "Nonce" in words:
        return "the timestamp answers another request"
    if "Mismatch between messages" in words:
        return "the timestamp is about something else"
    if "EKU" in words:
        return "the timestamp is signed with a certificate that is not for time stamping"
    if named:
        return "the timestamp is not signed under the certificates that you named"
    return "the timestamp's signature does not hold, or its certificate leads nowhere"
