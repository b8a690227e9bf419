"""The tests of pushes borrow the ways of putting something out, and of having devices."""

from tests.api.conftest import out
from tests.messaging.conftest import clock, person, provider

__all__ = ["clock", "out", "person", "provider"]
