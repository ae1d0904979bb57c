"""Staff: members, roles, their door to the admin."""
