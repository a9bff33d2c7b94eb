"""The columns of a ladder, each declared once; every table and report iterates over them.

``column``   what a column is, and what stands in its cells
``running``  of a file, its memory and its speeds
``saying``   of what it says: the text, questions, votes
``servers``  of ladders with servers
``listed``   all of them, in their order
"""
