"""What a verifier needs: Merkle trees, signed notes, checkpoints, timestamps; by their standards.

Imports nothing but `errors`, and no heavy library.
"""
