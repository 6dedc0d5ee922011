"""Tests of vqcore.work: work that pauses, and stops when it is closed."""

from vqcore.work import Work, finish


def counted(pauses: int, log: list[str]) -> Work[int]:
    try:
        for number in range(pauses):
            log.append(f"step {number}")
            yield
        return pauses
    finally:
        log.append("end")


def test_finish_goes_on_to_the_result() -> None:
    log: list[str] = []
    assert finish(counted(3, log)) == 3
    assert log == ["step 0", "step 1", "step 2", "end"]


def test_finish_of_work_without_a_pause() -> None:
    assert finish(counted(0, [])) == 0


def test_closed_work_stops_where_it_is() -> None:
    log: list[str] = []
    work = counted(3, log)
    next(work)
    work.close()
    assert log == ["step 0", "end"]
