"""HTTP in for the copilot."""

from retinue.services.copilot.routes import board, dossier, live, log, search

routers = (board.router, dossier.router, live.router, log.router, search.router)
