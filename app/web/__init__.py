"""The operator's desk in the browser, and the JSON API: FastAPI, server-rendered pages, no framework."""
