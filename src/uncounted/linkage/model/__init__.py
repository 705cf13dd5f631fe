"""The Fellegi-Sunter model: m and u probabilities, EM, priors over partitions."""
