#!/usr/bin/env bash
# Who may sign in to an organization, and as what.
# Generated from the contract: people by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash people.sh            every call that only reads
#   source people.sh; list_people            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# List the people of an organization.
list_people() {
  call GET "/api/v1/people"
}

# Add a person.
add_person() {
  call POST "/api/v1/people" \
    --header 'Content-Type: application/json' \
    --data '{"email": "words", "name": "words", "roles": ["words"]}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List the names of an organization's people.
# Of everybody here, so that whoever reads what a colleague did knows whom to ask.
list_names() {
  call GET "/api/v1/people/names"
}

# Set a person's roles; none ends their access.
set_roles() {
  call PUT "/api/v1/people/${1:-00000000-0000-7000-8000-000000000000}/roles" \
    --header 'Content-Type: application/json' \
    --data '{"roles": []}'
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  list_people
  list_names
fi
