"""What a company is, from its own sources."""

from retinue.kernel.room import Room
from retinue.services.research.jobs import jobs
from retinue.services.research.routes import router
from retinue.services.research.tasks import profile

room = Room("research", routers=(router,), jobs=jobs, tasks=(profile,))
