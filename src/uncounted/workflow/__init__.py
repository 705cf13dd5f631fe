"""One module for each task of a user; the only room that crosses rooms.

It calls the rooms in order and passes plain values on. It holds no statistics and no formats, and
is called by the command line alone. May import every room but `cli`.
"""
