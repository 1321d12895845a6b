"""The pages of the office under /staff/members: search, a member's page, and what is done for a member."""
