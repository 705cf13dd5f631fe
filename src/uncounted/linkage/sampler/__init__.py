"""The MCMC sampler over partitions, m, u and the strength of the prior (kernels)."""
