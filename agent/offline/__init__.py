"""The offline planner: understands operators' requests over the typed tools without a language model.

A message is read in steps, each a file: names and numbers are linked to records of the store
(``mentions``, ``names``), spelling is repaired (``spelling``), the message is cut into requests
(``requests``), each request is weighed against every tool (``lexicon``, ``intents``) and judged for its
mood (``mood``): only a clear command becomes a write. What one message leaves open is kept for the next
(``dialogue``). Answers (``wording``) hold no number that a tool did not give.
"""
