"""TODO room estimate/latent_class."""
