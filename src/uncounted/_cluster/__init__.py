"""A Dask cluster: tasks and answers are encrypted, and the key goes to checked workers alone.

May import errors and `_processes`. Workers and the scheduler import `worker`, which is quick.
"""
