"""Who may work in the office: signing in, people and roles, one's own account, the audit trail."""
