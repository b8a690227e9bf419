"""Every change to the tree, the people and their positions. Screens, the API and the commands call these."""

from organizations.actions.member_import import ImportedMembers, import_members
from organizations.actions.members import create_member, member_leaves, move_member, update_member
from organizations.actions.organization_import import ImportedOrganizations, import_organizations
from organizations.actions.positions import end_position, give_position
from organizations.actions.tree import (
    close_organization,
    create_organization,
    merge_organization,
    update_organization,
)

__all__ = [
    "ImportedMembers",
    "ImportedOrganizations",
    "close_organization",
    "create_member",
    "create_organization",
    "end_position",
    "give_position",
    "import_members",
    "import_organizations",
    "member_leaves",
    "merge_organization",
    "move_member",
    "update_member",
    "update_organization",
]
