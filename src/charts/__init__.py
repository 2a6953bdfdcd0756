"""Pictures: pure plans of what is to be seen, and their drawing in a process of its own."""
