"""The MCMC sampler over partitions, m, u and the strength of the prior.

Kernels. May import `linkage.comparison` and `linkage.encoding`.
"""
