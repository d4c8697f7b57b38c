#!/usr/bin/env bash
# What a client's agents shall do: drafted from research, changed and approved by people.
# Generated from the contract: requirements by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash requirements.sh            every call that only reads
#   source requirements.sh; documents            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# List requirements.
# Newest first.
documents() {
  call GET "/api/v1/requirements"
}

# Read requirements with their sources.
# With the claims, quotes and addresses that each item follows from.
document() {
  call GET "/api/v1/requirements/${1:-00000000-0000-7000-8000-000000000000}"
}

# Change a draft.
# Replace the body of a draft; of two people who save the same version, the second is told.
change() {
  call PUT "/api/v1/requirements/${1:-00000000-0000-7000-8000-000000000000}" \
    --header 'Content-Type: application/json' \
    --data '{"version": 1.0, "body": {"company": "words", "business_summary": {"text": "words"}, "tone": {"text": "words", "value": "words"}}}'
}

# Say what became of a research job.
# Whether a research job has led to a draft, to none because nothing changed, or is still awaited.
research() {
  call GET "/api/v1/requirements/research/${1:-00000000-0000-7000-8000-000000000000}"
}

# Approve requirements.
# A configuration is generated from this version. Approving it again is harmless.
approve() {
  call POST "/api/v1/requirements/${1:-00000000-0000-7000-8000-000000000000}/approve" \
    --header 'Content-Type: application/json' \
    --data '{"version": 1.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Make requirements a draft again.
# Make approved or replaced requirements a draft again.
reopen() {
  call POST "/api/v1/requirements/${1:-00000000-0000-7000-8000-000000000000}/reopen" \
    --header 'Content-Type: application/json' \
    --data '{"version": 1.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  documents
fi
