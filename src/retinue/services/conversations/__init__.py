"""Conversations with visitors and the people behind them."""
