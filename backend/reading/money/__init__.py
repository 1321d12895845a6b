"""Amounts, ways to pay and payment plans in what was said."""
