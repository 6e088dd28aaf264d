"""Who may do what, and where: accounts, grants, sessions, node credentials."""
