#!/usr/bin/env bash
# What an agent is made of, in versions that are deployed and rolled back.
# Generated from the contract: configurations by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash configurations.sh            every call that only reads
#   source configurations.sh; configurations            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# List configurations.
# Newest first.
configurations() {
  call GET "/api/v1/configurations"
}

# Create a configuration.
# A configuration of your own, as version 1.
create() {
  call POST "/api/v1/configurations" \
    --header 'Content-Type: application/json' \
    --data '{"body": {}}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read the schema of a configuration.
# JSON Schema (2020-12) of a configuration.
schema() {
  call GET "/api/v1/configurations/schema"
}

# Check a configuration without keeping it.
# All faults with their places; nothing is kept.
validate() {
  call POST "/api/v1/configurations/validate" \
    --header 'Content-Type: application/json' \
    --data '{"body": {}}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List what became of approvals.
# What became of each approval, newest first.
generations() {
  call GET "/api/v1/configurations/generations"
}

# Read a configuration.
# With the newest version's content; as YAML alone with `Accept: application/yaml`.
configuration() {
  call GET "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}"
}

# List the versions of a configuration.
# Newest first.
all_versions() {
  call GET "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/versions"
}

# Add a version.
# The next version. One that changes nothing answers the newest; of two people who save at once, the second is told.
add() {
  call POST "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/versions" \
    --header 'Content-Type: application/json' \
    --data '{"body": {}, "message": "words", "based_on": 1.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read one version.
# One version; its content as YAML alone with `Accept: application/yaml`.
version() {
  call GET "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/versions/${2:-00000000-0000-7000-8000-000000000000}"
}

# Compare two versions.
# The changes that lead from one version to the other.
differences() {
  call GET "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/diff" \
    --get --data-urlencode from=1 \
    --get --data-urlencode to=1
}

# Deploy a version.
# New conversations take this version; running ones keep theirs.
deploy() {
  call POST "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/deploy" \
    --header 'Content-Type: application/json' \
    --data '{"version": 1.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Go back to the version before.
# Back to the version that was deployed before.
roll_back() {
  call POST "/api/v1/configurations/${1:-00000000-0000-7000-8000-000000000000}/rollback" \
    --header 'Content-Type: application/json' \
    --data '{"environment": "development", "from_version": 1.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  configurations
  schema
  generations
fi
