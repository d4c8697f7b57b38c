#!/usr/bin/env bash
# What answers: a model or rules, and how good they are.
# Generated from the contract: engine by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash engine.sh            every call that only reads
#   source engine.sh; engine            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Say whether a model or rules answer.
engine() {
  call GET "/api/v1/engine"
}

# List AI tasks with their scores.
# Every AI step by name, and how good its rules are.
tasks() {
  call GET "/api/v1/tasks"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  engine
  tasks
fi
