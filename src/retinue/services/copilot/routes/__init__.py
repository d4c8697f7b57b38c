"""HTTP in for the copilot."""

from retinue.services.copilot.routes import dossier, live, log

routers = (dossier.router, live.router, log.router)
