"""The evaluation suites: cases as data, played with the real agent, scored by what came of them."""
