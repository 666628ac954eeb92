"""Notices to people who are not looking at the pages: what is due, what was done, and a daily digest."""
