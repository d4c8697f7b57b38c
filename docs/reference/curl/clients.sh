#!/usr/bin/env bash
# The companies that are looked after.
# Generated from the contract: clients by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash clients.sh            every call that only reads
#   source clients.sh; register            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Register a client.
# An assisted account. The claim link is in this answer only.
register() {
  call POST "/api/v1/clients" \
    --header 'Content-Type: application/json' \
    --data '{"name": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List clients.
# The newest first. `q` is looked for in names and slugs; `name` is the whole name.
list_clients() {
  call GET "/api/v1/clients"
}

# Claim a client's account with its link.
# Makes the caller the client's owner; then they sign in.
claim() {
  call POST "/api/v1/clients/claim" \
    --header 'Content-Type: application/json' \
    --data '{"token": "words", "email": "words", "password": "wordsxxxxx"}'
}

# Read a client.
# By id or slug.
read_client() {
  call GET "/api/v1/clients/${1:-00000000-0000-7000-8000-000000000000}"
}

# Make a new claim link.
# A new claim link, for another thirty days; older links end.
renew_claim() {
  call POST "/api/v1/clients/${1:-00000000-0000-7000-8000-000000000000}/claim-link" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  list_clients
fi
