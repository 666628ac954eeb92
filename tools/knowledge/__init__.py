"""The store's guides: read from files, cut into passages, searched by words and by meaning, and checked.

Guides inform people; what is allowed is decided by the rules in ``policies/`` and by nothing in here.
"""
