"""What the judge must know about an action, read in one snapshot, typed, with the versions it was read at.

A fact that cannot be read is left out, with the reason in words; the judge then denies. Nothing is guessed.
"""

from tools.facts.gathering import Asked, FactValue, Gathered, channel_of, gather

__all__ = ["Asked", "FactValue", "Gathered", "channel_of", "gather"]
