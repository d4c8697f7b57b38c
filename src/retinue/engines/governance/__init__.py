"""The chokepoint that every model call, tool call, send and fetch passes."""
