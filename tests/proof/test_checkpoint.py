"""Checkpoints: the format's own example, and what is not one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.errors import BadInput, BadSignature, MalformedNote, UnknownSigner
from uncounted.proof import strict_base64
from uncounted.proof.checkpoint import Checkpoint, open_checkpoint, sign
from uncounted.proof.signed_note import Signer, split

A = Signer.from_seed("example.org/a", bytes(32))
B = Signer.from_seed("example.org/b", b"\x01" * 32)
ROOT = strict_base64.encode(bytes(range(32)))


def test_the_example_of_the_specification() -> None:
    """C2SP tlog-checkpoint, the note at the top of the document."""
    note = (
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
        "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7"
        "u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    )
    text, signatures = split(note.encode())
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == text
    assert signatures[0][1][:4].hex() == "033de0ae"


@given(st.integers(0, 2**59), st.binary(min_size=32, max_size=32))
def test_what_is_signed_comes_back(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("example.org/log", size, root)
    assert open_checkpoint(sign(checkpoint, A), [A.verifier]) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        f"\n1\n{ROOT}\n",
        f"log\n01\n{ROOT}\n",
        f"log\n-1\n{ROOT}\n",
        f"log\n+1\n{ROOT}\n",
        f"log\n1 \n{ROOT}\n",
        f"log\n\u0661\n{ROOT}\n",
        f"log\n1_0\n{ROOT}\n",
        f"log\n{'9' * 5000}\n{ROOT}\n",
        f"log\n\n{ROOT}\n",
        f"log\n1\n{ROOT[:-4]}\n",
        f"log\n1\n{ROOT}AAAA\n",
        f"log\n1\n{ROOT[:-2]}9=\n",
        f"log\n1\n{ROOT}\nextension\n",
        f"log\n1\n{ROOT}\n\n",
        f"log\n1\n{ROOT}",
        f"lo\u202eg\n1\n{ROOT}\n",
    ],
)
def test_what_is_not_a_checkpoint(text: str) -> None:
    with pytest.raises(MalformedNote, match="checkpoint"):
        Checkpoint.parse(text)


def test_only_by_a_known_key_of_the_right_log_and_unchanged() -> None:
    note = sign(Checkpoint("example.org/log", 7, bytes(32)), A)
    assert open_checkpoint(note, [A.verifier], origin="example.org/log").size == 7
    with pytest.raises(UnknownSigner, match="no signature by a key that is trusted"):
        open_checkpoint(note, [B.verifier])
    with pytest.raises(UnknownSigner, match="another log"):
        open_checkpoint(note, [A.verifier], origin="example.org/other")
    with pytest.raises(BadSignature):
        open_checkpoint(note.replace(b"\n7\n", b"\n8\n"), [A.verifier])


@pytest.mark.parametrize(
    "checkpoint",
    [
        Checkpoint("", 1, bytes(32)),
        Checkpoint("a\nb", 1, bytes(32)),
        Checkpoint("a", -1, bytes(32)),
        Checkpoint("a", 1, bytes(31)),
    ],
)
def test_what_cannot_be_a_checkpoint_is_not_signed(checkpoint: Checkpoint) -> None:
    with pytest.raises(BadInput, match="a checkpoint needs"):
        sign(checkpoint, A)
