"""The benchmark of the private OR runs, at toy size; how quick it is, is nobody's business here."""

from bench.private_or import run


def test_every_part_is_timed():
    figures = list(run(4, 2, lambda line: None))
    assert [figure.unit for figure in figures] == ["s", "ms", "s", "s", "s", "s"]
    assert all(figure.value > 0 for figure in figures)
