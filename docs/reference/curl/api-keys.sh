#!/usr/bin/env bash
# Keys for programs, and public keys for the chat widget.
# Generated from the contract: api-keys by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash api-keys.sh            every call that only reads
#   source api-keys.sh; issue_key            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Make an API key; it is shown once.
issue_key() {
  call POST "/api/v1/api-keys" \
    --header 'Content-Type: application/json' \
    --data '{"name": "words", "scopes": ["words"]}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List API keys.
list_keys() {
  call GET "/api/v1/api-keys"
}

# End an API key.
revoke_key() {
  call DELETE "/api/v1/api-keys/${1:-00000000-0000-7000-8000-000000000000}"
}

# Replace the secret of an API key.
# The old secret ends now, and with a widget's key the one that signs who a visitor is.
rotate_key() {
  call POST "/api/v1/api-keys/${1:-00000000-0000-7000-8000-000000000000}/rotate" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Make a public key for the chat widget.
# A public key: whoever sends it is a visitor of this organization.
issue_widget_key() {
  call POST "/api/v1/widget-keys" \
    --header 'Content-Type: application/json' \
    --data '{"name": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Say which pages may use a public key.
# At once, for conversations that begin from now on; running ones go on.
limit_widget_key() {
  call PUT "/api/v1/widget-keys/${1:-00000000-0000-7000-8000-000000000000}/origins" \
    --header 'Content-Type: application/json' \
    --data '{"origins": []}'
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  list_keys
fi
