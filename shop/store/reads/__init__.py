"""Reads of the embedded shop, one file per subject: plain functions over a snapshot.

They give frozen nouns of ``shop/model.py`` and never change anything. A record that is not there is
None; a tool that needs it raises NotFoundError with the words of its question.
"""
