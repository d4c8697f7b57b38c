"""Documents that a client's agents may quote."""

from retinue.kernel.room import Room
from retinue.services.library.handlers import handlers
from retinue.services.library.jobs import jobs
from retinue.services.library.routes import router

room = Room("library", routers=(router,), handlers=handlers, jobs=jobs, writes=("knowledge",))
