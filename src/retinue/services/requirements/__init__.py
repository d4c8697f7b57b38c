"""What a client needs, drafted and approved."""

from retinue.kernel.room import Room
from retinue.services.requirements.handlers import handlers
from retinue.services.requirements.jobs import jobs
from retinue.services.requirements.routes import router
from retinue.services.requirements.tasks import draft

room = Room("requirements", routers=(router,), handlers=handlers, jobs=jobs, tasks=(draft,))
