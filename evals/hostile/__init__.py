"""A hostile model, careless people, a drifting world and failing machines against the real desk.

The oracle reads only the world and keeps its own books; it never asks the desk what it thinks it did.
"""
