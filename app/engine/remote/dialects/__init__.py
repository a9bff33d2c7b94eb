"""What servers have each of their own: a module a program, a table of all of them."""
