"""The Fellegi-Sunter model: m and u probabilities, EM, priors over partitions.

May import `linkage.blocking`, `linkage.comparison`, `linkage.encoding` and the sampler's state.
"""
