"""The chat agent with a small local model, beside the same model in a bare loop; see docs/how-to."""
