"""How the time of a publication is divided into its steps."""

from bench.publishing import StageClock, Stages


def test_each_second_goes_to_the_step_that_it_was_spent_on():
    seconds = iter([0, 300, 301, 304, 314])
    clock = StageClock(lambda: next(seconds))
    clock.take("hash", 1_000, None)
    clock.take("send", 0, 2)  # prepared: 300
    clock.take("send", 1, 2)  # sent: 1
    clock.take("send", 2, 2)  # sent: 3
    stages = clock.stages(reading=100)  # activated: 10
    assert stages == Stages(reading=100, hashing=200, sending=4, activating=10)
    assert stages.seconds == 314


def test_a_long_publication_says_how_far_it_is(capsys):
    clock = StageClock()
    for done in range(1_000, 120_001, 1_000):
        clock.take("hash", done, 600_000)
    assert capsys.readouterr().err.splitlines() == ["  50,000 of 600,000 records", "  100,000 of 600,000 records"]
