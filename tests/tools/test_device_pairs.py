"""Published speeds against the ranges: what docs/DEVICES.md says is what comes out."""

from __future__ import annotations

import pytest

from tools import device_pairs


@pytest.mark.parametrize("share", [0.5, 0.7, 1.0])
def test_four_fifths_of_the_published_speeds_lie_inside(
    share: float, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["device_pairs", "--share", str(share)])
    assert device_pairs.main() == 0
    out = capsys.readouterr().out
    assert out.count("\n| ") >= 16
    assert device_pairs.BEGIN in device_pairs.PAGE.read_text("utf-8")
