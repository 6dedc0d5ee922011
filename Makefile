.PHONY: setup run test lint bench
setup:
	pip install -r requirements-dev.txt
run:
	streamlit run app.py
test:
	pytest
lint:
	ruff check && ruff format --check && mypy && oxlint -c .ci/oxlint.json vqcore/viewer tests/scripts
bench:
	python -m tests.benchmarks.training && python -m tests.benchmarks.assignment
