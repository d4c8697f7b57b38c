"""Organizations, people, keys and who may do what."""

from retinue.kernel.room import Room
from retinue.services.identity.jobs import jobs
from retinue.services.identity.routes import routers
from retinue.services.identity.settings import IdentitySettings

room = Room("identity", routers=routers, jobs=jobs, settings=IdentitySettings)
