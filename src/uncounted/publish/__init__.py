"""What may leave a case: the release, its disclosure control, its report, and its verification.

Sees counts and estimates, never a report. May import `estimate` and `rates`.
"""
