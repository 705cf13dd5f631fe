"""From testimony to a number that can be defended."""
