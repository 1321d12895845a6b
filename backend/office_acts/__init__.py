"""What people of the office do for a member: each act once for a form, with an audit row and a note on the member."""
