"""Every change to the tree, the people and their positions. Screens, the API and the commands call these."""

from organizations.actions.activation import Sheet, Slip, activate_account, print_activation_codes
from organizations.actions.calendar import (
    delete_holiday,
    delete_working_hours,
    save_holiday,
    save_working_hours,
)
from organizations.actions.delegations import delegate, end_delegation
from organizations.actions.lost_phones import end_member_sessions
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
    "Sheet",
    "Slip",
    "activate_account",
    "close_organization",
    "create_member",
    "create_organization",
    "delegate",
    "delete_holiday",
    "delete_working_hours",
    "end_delegation",
    "end_member_sessions",
    "end_position",
    "give_position",
    "import_members",
    "import_organizations",
    "member_leaves",
    "merge_organization",
    "move_member",
    "print_activation_codes",
    "save_holiday",
    "save_working_hours",
    "update_member",
    "update_organization",
]
