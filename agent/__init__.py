"""Who does the work: the operator agent, the offline planner, the model layer, the autonomous run."""

import os

# LangGraph reads this once, at its first import. Without it, loading stored state may import and call any
# Python object named there (CVE-2026-28277); Shophand stores no graph state, and keeps it that way.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"
