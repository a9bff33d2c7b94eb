"""What has to be known to answer, written down a second time and in another order.

Nothing here is taken from the tables that questions are made of, nor do those know of it: a slip in
one of the two is no slip in the other.
"""
