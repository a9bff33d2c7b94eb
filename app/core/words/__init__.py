"""How the program says things: figures and sentences, for the window, the terminal and reports."""
