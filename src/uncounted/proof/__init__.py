"""What a stranger needs to check us: canonical bytes, signatures, the Merkle tree."""
