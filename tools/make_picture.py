"""The picture at the head of the README: the top of a release's page.

    python tools/make_picture.py RELEASE_FOLDER [docs/images/report.png]

Debian's Chromium draws the page, offline. Nothing but `zlib` makes the file small: the
page has few colours, so it is written with a palette.
"""

from __future__ import annotations

import shutil
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

WIDTH, HEIGHT, COLOURS = 1100, 1400, 256


def drawn(page: Path) -> bytes:
    """The top of the page, as Chromium's PNG."""
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        try:
            tab = browser.new_context(
                offline=True, viewport={"width": WIDTH, "height": HEIGHT}
            ).new_page()
            tab.goto(page.resolve().as_uri())
            tab.evaluate("document.fonts.ready.then(() => true)")
            return tab.screenshot()
        finally:
            browser.close()


def pixels(png: bytes) -> np.ndarray:
    """Undo PNG's filters of an 8-bit RGB(A) picture: rows x columns x 3."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    each = {2: 3, 6: 4}[kind]
    packed, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += size + 12
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * each)
    rows = np.zeros((height + 1, width + 1, each), np.int32)
    for y, line in enumerate(raw, start=1):
        rows[y, 1:] = _unfiltered(int(line[0]), line[1:].reshape(width, each), rows[y - 1])
    return rows[1:, 1:, :3].astype(np.uint8)


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray) -> np.ndarray:
    line = line.astype(np.int32)
    if kind == 1:
        line = np.cumsum(line, axis=0) % 256
    elif kind == 2:
        line = (line + above[1:]) % 256
    if kind <= 2:
        return line
    done = np.zeros((len(line) + 1, line.shape[1]), np.int32)
    for x in range(len(line)):
        left, up, corner = done[x], above[x + 1], above[x]
        if kind == 3:
            guess = (left + up) // 2
        else:
            far = np.abs(np.stack([up - corner, left - corner, left + up - 2 * corner]))
            first = (far[0] <= far[1]) & (far[0] <= far[2])
            guess = np.where(first, left, np.where(far[1] <= far[2], up, corner))
        done[x + 1] = (line[x] + guess) % 256
    return done[1:]


def with_palette(picture: np.ndarray) -> bytes:
    """A PNG of the commonest colours; the others take the nearest of them."""
    flat = picture.reshape(-1, 3)
    colours, index, times = np.unique(flat, axis=0, return_inverse=True, return_counts=True)
    kept = np.argsort(-times)[:COLOURS]
    apart = ((colours[:, None].astype(int) - colours[kept][None]) ** 2).sum(axis=2)
    rows = apart.argmin(axis=1)[index.reshape(-1)].astype(np.uint8).reshape(picture.shape[:2])
    height, width = rows.shape
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"PLTE", colours[kept].tobytes()), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def main() -> None:
    """Draw the page of a release."""
    out = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/images/report.png")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(with_palette(pixels(drawn(Path(sys.argv[1]) / "report.html"))))


if __name__ == "__main__":
    main()
