"""Releases (đợt phát hành): items that go out, and come back, as one (docs/releases.md)."""
