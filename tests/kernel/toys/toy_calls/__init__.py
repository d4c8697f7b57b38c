"""Takes calls and tells of their end."""

from kernel.toys.toy_calls.jobs import jobs
from kernel.toys.toy_calls.routes import router, summarise
from retinue.kernel.room import Room

room = Room("toy_calls", routers=(router,), jobs=jobs, asks=(summarise,))
