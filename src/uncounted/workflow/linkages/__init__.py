"""What a case file keeps of linkages: stages of one that was interrupted, and ids of people.

It may import `linkage` and `vault`.
"""
