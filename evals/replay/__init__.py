"""Reordering replayed on real sales: what each policy would have cost on the same demand."""
