"""The page of a rate: its figure and its sentences.

May import `rates` and `publish.report`.
"""
