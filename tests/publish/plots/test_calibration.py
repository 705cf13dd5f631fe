"""The calibration curve as a picture: what is in it, in both widths, and nothing runs out."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from uncounted.publish.plots.calibration import CalibrationBin, calibration

SHARES = [
    CalibrationBin(0.01, 0.02, (0.015, 0.03), 123_456, 0.03, (0.02, 0.05)),
    CalibrationBin(0.11, 0.09, (0.06, 0.2), 2_345, 0.13, (0.1, 0.17)),
    CalibrationBin(0.42, 0.5, (0.3, 0.65), 60, 0.41),
    CalibrationBin(0.99, 1.0, None, 1_345, 0.97),
]


def shapes(svg: str, kind: str) -> list[dict[str, str]]:
    return [e.attrib for e in ET.fromstring(svg).iter() if e.tag.endswith(f"}}{kind}")]


@pytest.mark.parametrize("wide", [True, False])
def test_each_share_is_where_it_belongs(wide: bool) -> None:
    draw_plot = calibration(SHARES, "As stated.")
    svg = draw_plot.svg if wide else draw_plot.narrow
    width = float(ET.fromstring(svg).attrib["width"])
    dots = [dot for dot in shapes(svg, "circle") if dot["r"] == "4"]
    xs, ys = ([float(dot[name]) for dot in dots] for name in ("cx", "cy"))
    assert len(dots) == 4
    side = (xs[-1] - xs[0]) / 0.98
    for share, x, y in zip(SHARES, xs, ys, strict=True):
        assert x - xs[0] == pytest.approx(side * (share.stated - 0.01), abs=0.02)
        assert ys[0] - y == pytest.approx(side * (share.true - 0.02), abs=0.02)
    open_ones = [dot for dot in shapes(svg, "circle") if dot["fill"] == "#ffffff"]
    assert len(open_ones) == 4
    assert all(
        0 <= float(at) <= width for line in shapes(svg, "line") for at in (line["x1"], line["x2"])
    )
    upright = [line for line in shapes(svg, "line") if line["stroke-width"] == "1.6"]
    assert len(upright) == 3 * 3, "a bar and two caps for each interval, none where there is none"
    thin = [line for line in shapes(svg, "line") if line["stroke-width"] == "0.8"]
    assert len(thin) == 2 * 3, "as many for each open mark that has an interval"
    assert {float(bar["x1"]) for bar in thin[::3]}.isdisjoint(xs), "and beside the others"


def test_what_is_seen_is_also_stated() -> None:
    draw_plot = calibration(SHARES, "As stated.", level=0.9)
    assert draw_plot.desc.startswith(
        "Of 123,456 pairs stated at .01, .02 are true (.01 to .03); sampled: .03 (.02 to .05)."
    )
    assert "Of 1,345 pairs stated at .99, 1 are true; sampled: .97. As stated." in draw_plot.desc
    for svg in (draw_plot.svg, draw_plot.narrow):
        assert "123,456" in svg
        assert "90% intervals" in re.sub(r"</text><text[^>]*>", " ", svg)


def test_without_decisions_there_are_no_open_marks() -> None:
    draw_plot = calibration([CalibrationBin(0.3, 0.25, (0.2, 0.3), 10)], "As stated.")
    assert not [dot for dot in shapes(draw_plot.svg, "circle") if dot["fill"] == "#ffffff"]
    assert "Open marks" not in draw_plot.svg
