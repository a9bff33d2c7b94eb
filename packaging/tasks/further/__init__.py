"""The second half of each kind: further sorts, from very easy to hard, and two further kinds."""
