"""Tests of what is shown of the bands of a file: figures that are those of the file."""

import numpy as np
import pytest
from helpers import photograph

from vqcore.coding.codec import Settings
from vqcore.lab.bands import Inside, known_inside, looking_inside
from vqcore.lab.store import Store
from vqcore.lab.study import Study, sweeping
from vqcore.show import bandpanels
from vqcore.show.bandplots import BARS, bars_of
from vqcore.show.tables import styled
from vqcore.show.wording import percentage
from vqcore.signals.pictures import Picture


def looked_into(gray: bool, shipped: int = 1) -> tuple[Study, Inside, int]:
    settings = Settings(family="wavelet", options=(10, shipped), colour="gray" if gray else "rgb")
    pixels = photograph("astronaut").pixels[20:90, 150:280, 1 if gray else slice(None)]
    picture = Picture(np.ascontiguousarray(pixels), "part")
    study = Study("part", picture, settings, (4,), Store(10**9))
    list(sweeping([study]))
    list(looking_inside(study, 4))
    inside = known_inside(study, 4)
    assert inside
    return study, inside, study.steps[4].point.file_bytes


@pytest.fixture(scope="module")
def coloured() -> tuple[Study, Inside, int]:
    return looked_into(gray=False)


def test_the_table_comes_to_the_whole_file(coloured: tuple[Study, Inside, int]) -> None:
    study, inside, file_bytes = coloured
    table = bandpanels.spending_table(study, 4, inside)
    assert sum(row["bytes_taken"] for row in table.rows) == pytest.approx(file_bytes)
    assert sum(row["file_percent"] for row in table.rows) == pytest.approx(100)
    assert len(table.rows) == 3 * 19 + 2
    names = [f"{row['plane']} {row['band']}" for row in table.rows]
    assert names[:2] == ["Y HL 1", "Y LH 1"]
    assert names[-3:] == ["Cr HH 6", "– codebook", "– head, rounding"]
    row = table.rows[0]
    assert 8 * row["bytes_taken"] == pytest.approx(row["coefficient_bits"] * row["coefficients"])
    assert styled(table.columns, table.rows).to_html()


def test_bars_are_all_but_the_head_and_stacked_by_plane(
    coloured: tuple[Study, Inside, int],
) -> None:
    study, inside, file_bytes = coloured
    chart = bandpanels.spending_chart(study, 4, inside)
    drawn = {trace.name: trace for trace in chart.figure.data}
    names = ["Y HL", "Y LH", "Y HH", "Y LL", "Cb", "Cr", "codebook"]
    assert list(drawn) == names
    assert [it for it in names if drawn[it].showlegend] == names[:6]
    total = sum(sum(trace.y) for trace in drawn.values())
    assert total == pytest.approx(inside.spending.bits / 8)
    assert 0 < file_bytes - total < 40
    bars = bars_of(inside.spending)
    assert list(bars) == list(BARS) == list(chart.figure.layout.xaxis.ticktext)
    finest = drawn["Cb"].y[drawn["Cb"].x.index(0)]
    assert finest == pytest.approx(
        sum(it.bits / 8 for it in inside.spending.bands if (it.plane, it.level) == (1, 1))
    )
    shares = [it.text for it in chart.figure.layout.annotations]
    assert chart.alt.count("%") == len(shares) == 8
    assert f"1: {shares[0]}" in chart.alt
    assert "%{y:.0f} bytes" in drawn["Cb"].hovertemplate


def test_of_gray_there_is_luma_alone() -> None:
    study, inside, _ = looked_into(gray=True, shipped=2)
    chart = bandpanels.spending_chart(study, 4, inside)
    assert [trace.name for trace in chart.figure.data] == ["HL", "LH", "HH", "LL", "codebook"]
    told = bandpanels.finding(study, 4, inside)
    assert told.startswith("Level 1, the finest, has 75 % of all coefficients and takes ")
    assert told.endswith(" of the file. There is no codebook in the file.")


def test_the_finding_is_in_numbers(coloured: tuple[Study, Inside, int]) -> None:
    study, inside, file_bytes = coloured
    told = bandpanels.finding(study, 4, inside)
    finest = sum(it.bits / 8 for it in inside.spending.bands if it.level == 1) / file_bytes
    assert f"75 % of all coefficients and takes {percentage(finest)} of the file" in told
    assert "Cb and Cr have 67 % and take " in told
    assert f"The codebook takes {inside.spending.codebook_bits / 8:.0f} B, " in told


def test_the_drawing_of_bands_is_told_with_its_scale(
    coloured: tuple[Study, Inside, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    study, inside, _ = coloured
    drawn = bandpanels.mosaic(study, 4, inside)
    indices = study.steps[4].encoded.indices
    nothing = (indices[: len(indices) // 3] == 0).mean()
    assert f"{100 * nothing:.0f} % of the vectors are nothing" in drawn.alt
    assert "1 step is 24 grays lighter" in drawn.caption
    assert "strongest" not in drawn.caption
    monkeypatch.setattr("vqcore.coding.wavelet.mosaic.WIDEST", 65)
    assert "drawn 2 times smaller" in bandpanels.mosaic(study, 4, inside).caption
