"""Figures: each file is one command that prints what it measured, and exits 1 where a goal is missed."""
