"""What views of several pages have in common, and the models behind them."""
