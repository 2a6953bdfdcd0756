"""What speed costs and what it is: `make bench` runs all of it."""
