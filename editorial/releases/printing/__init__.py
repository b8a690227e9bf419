"""A release on paper: A4, large type, for members without a phone (docs/releases.md, ADR 0016)."""
