"""The person who asks."""

from __future__ import annotations

import graphene


class OrganizationUnit(graphene.ObjectType):
    """A unit of the party."""

    id = graphene.ID(required=True, description="Its id.")
    code = graphene.String(required=True, description="Its code.")
    name = graphene.String(required=True, description="Its name today.")
    level = graphene.String(required=True, description="province, district, grassroots, cell or group.")


class HeldPosition(graphene.ObjectType):
    """That a person is something in a unit, today."""

    organization = graphene.Field(OrganizationUnit, required=True, description="Where.")
    position = graphene.String(required=True, description="What: secretary, deputy_secretary, committee_member, ...")


class Unread(graphene.ObjectType):
    """How much waits to be read."""

    notices = graphene.Int(required=True, description="Notices not yet read.")
    feedback = graphene.Int(required=True, description="Answers not yet read.")


class Me(graphene.ObjectType):
    """The signed-in person. What only members have is null or empty for others, such as editors who are not members."""

    id = graphene.ID(required=True, description="The account's id.")
    code = graphene.String(description="The member's code.")
    full_name = graphene.String(required=True, description="Family name first.")
    status = graphene.String(description="official, probationary or exempt.")
    cell = graphene.Field(OrganizationUnit, description="The member's cell.")
    path = graphene.List(
        graphene.NonNull(OrganizationUnit), required=True, description="From the province down to the cell."
    )
    positions = graphene.List(graphene.NonNull(HeldPosition), required=True, description="What the member is, where.")
    unread = graphene.Field(Unread, required=True, description="How much waits to be read.")
