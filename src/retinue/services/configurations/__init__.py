"""Agent configurations: generated, validated, deployed."""

from retinue.kernel.room import Room
from retinue.services.configurations.handlers import handlers
from retinue.services.configurations.jobs import jobs
from retinue.services.configurations.routes import router
from retinue.services.configurations.tasks import generate

room = Room("configurations", routers=(router,), handlers=handlers, jobs=jobs, tasks=(generate,), writes=("configs",))
