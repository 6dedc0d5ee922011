"""Answers as words, tables, plots, files to take away, and the report."""
