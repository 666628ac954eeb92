"""The brain that answers when no model is configured."""

from agent.offline.planner import OfflinePlanner as OfflineBrain

__all__ = ["OfflineBrain"]
