"""How the tests are run."""

import pytest
from joblib import cpu_count


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one more than there are cores, since tests in a browser often wait for it."""
    cores: int = cpu_count()
    return cores + 1
