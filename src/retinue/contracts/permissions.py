"""The one permission matrix: which role may do what, in the organization where the role is held. Each room's manifest says who holds its own."""

from collections.abc import Collection, Iterable, Mapping

OWNERS = ("owner", "admin")
EVERYWHERE = frozenset(OWNERS)  # of the operator's people: these reach every client, whoever registered it
SALES_AGENT = "sales_agent"
# Of an organization's own people.
ORGANIZATION = (*OWNERS, "config_manager", "developer", "member", "viewer", "business_owner", "technical_contact")
# Of the operator's staff, in the operator's organization and in the clients assigned to them.
STAFF = (
    SALES_AGENT,
    "onboarding_specialist",
    "support_specialist",
    "success_manager",
    "sales_specialist",
    "platform_engineer",
    "product_manager",
    "technical_architect",
)
EVERYBODY = (*ORGANIZATION, *STAFF)
LEADING = (*OWNERS, SALES_AGENT, "onboarding_specialist")  # they do all of the work for a client
ENGINEERS = ("developer", "platform_engineer")

# Of all rooms together, filled once by the assembly.
ROLES: dict[str, frozenset[str]] = dict.fromkeys(EVERYBODY, frozenset())
PERMISSIONS: set[str] = set()
OF_NO_ROLE: set[str] = set()  # whoever may make keys may give them to one


def hold(rooms: Iterable[Mapping[str, Collection[str]]]) -> None:
    """`rooms`: of each, the roles that hold a permission. Raises KeyError for a role that does not exist."""
    for said in rooms:
        PERMISSIONS.update(said)
        OF_NO_ROLE.update(name for name, roles in said.items() if not roles)
        for name, roles in said.items():
            for role in roles:
                ROLES[role] = ROLES[role] | {name}
