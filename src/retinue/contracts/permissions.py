"""The one permission matrix: which role may do what, in the organization where the role is held."""

READ = frozenset(
    {
        "clients:read",
        "research:read",
        "library:read",
        "requirements:read",
        "configurations:read",
        "conversations:read",
        "dossier:read",
        "events:read",
    }
)
WRITE = frozenset({"research:write", "library:write", "requirements:write", "configurations:write", "conversations:write"})
STAFF = READ | WRITE | {"clients:write", "requirements:approve", "configurations:deploy", "conversations:take"}
EVERYTHING = STAFF | {"contacts:erase", "people:write", "keys:write", "events:replay", "billing:write"}

ROLES: dict[str, frozenset[str]] = {
    # of an organization's own people
    "owner": EVERYTHING,
    "admin": EVERYTHING - {"billing:write"},
    "config_manager": READ | {"configurations:write", "configurations:deploy", "library:write", "conversations:write"},
    "developer": READ | {"configurations:write", "library:write", "conversations:write", "keys:write", "events:replay"},
    "member": READ | {"library:write", "conversations:write", "conversations:take"},
    "viewer": READ,
    "business_owner": READ | {"requirements:write", "requirements:approve"},
    "technical_contact": READ | {"configurations:write", "configurations:deploy", "keys:write"},
    # of the operator's staff, in the operator's organization and in the clients assigned to them
    "sales_agent": STAFF,
    "onboarding_specialist": STAFF,
    "support_specialist": READ | {"conversations:write", "conversations:take", "library:write"},
    "success_manager": READ | {"conversations:write", "conversations:take", "requirements:write"},
    "sales_specialist": READ | {"requirements:write"},
    "platform_engineer": READ | WRITE | {"configurations:deploy", "events:replay", "keys:write"},
    "product_manager": READ,
    "technical_architect": READ | {"requirements:approve", "configurations:write"},
}
PERMISSIONS = frozenset().union(*ROLES.values()) | {"conversations:visit", "llm"}
