"""What tests of several folders ask for by name."""

import pytest


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scikit-learn's trainers work here: for a process of its own it is loaded anew, a second.

    That processes are begun and ended as they should, and bring what was trained, is tried in
    codebooks/test_training.py.
    """
    here = "vqcore.codebooks.training.in_another_process"
    monkeypatch.setattr(here, lambda fits, *given: fits(*given))
