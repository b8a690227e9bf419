"""People who look after units, and a way to see that nothing changed."""

import pytest
from django.core import serializers

from audit.refusals import Refused
from organizations.enums import PositionKind
from organizations.models import Member, Membership, Organization, OrganizationVersion, Position
from tests.conftest import make_member, make_user


@pytest.fixture
def officers(province):
    """Officers by unit code: ``officers("TB01X")`` is an account with an officer's position there."""

    def make(code, kind=PositionKind.OFFICER, cell="TB02XB"):
        user = make_user(f"cb-{code}-{kind}", "Cấp ủy phê duyệt")
        make_member(f"CB-{code}-{kind}", getattr(province.units, cell), user, [(getattr(province.units, code), kind)])
        return user

    return make


@pytest.fixture
def refused():
    """A context that asserts a refusal which changed nothing; the value holds the refusal."""

    class Context:
        def __init__(self, code, match=None, field=None):
            self.code, self.match, self.field = code, match, field

        def __enter__(self):
            self.before = everything()
            self.raises = pytest.raises(Refused, match=self.match)
            self.caught = self.raises.__enter__()
            return self.caught

        def __exit__(self, *exc):
            done = self.raises.__exit__(*exc)
            assert self.caught.value.code == self.code
            if self.field:
                assert self.caught.value.field == self.field
            assert everything() == self.before
            return done

    return Context


def everything():
    """All rows of the room, as text."""
    models = (Organization, OrganizationVersion, Member, Membership, Position)
    return [serializers.serialize("json", model.objects.order_by("pk")) for model in models]
