"""For all tests: threads that wait leave the cores to the tests beside."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read once, when scikit-learn is loaded
