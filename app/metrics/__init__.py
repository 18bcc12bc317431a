"""How it goes at a clinic, in numbers that open the rows behind them."""
