#!/usr/bin/env bash
# For whoever runs the installation.
# Generated from the contract: health by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash health.sh            every call that only reads
#   source health.sh; live            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Say whether the process lives.
live() {
  call GET "/health/live"
}

# Say whether requests can be answered.
ready() {
  call GET "/health/ready"
}

# Figures for Prometheus.
metrics() {
  call GET "/metrics"
}

# Public keys that check our tokens.
jwks() {
  call GET "/.well-known/jwks.json"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  live
  ready
  metrics
  jwks
fi
