#!/usr/bin/env bash
# All clients at a glance, and what waits for a person.
# Generated from the contract: board by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash board.sh            every call that only reads
#   source board.sh; cards            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# List clients by stage.
# The clients that the caller sees: the newest event first, by name, or the longest in their stage first. `needs`: only those that need a person, or only those that do not.
cards() {
  call GET "/api/v1/board"
}

# Count clients, needs and the last hour.
# Clients by stage, what waits, and the last hour minute by minute.
summary() {
  call GET "/api/v1/board/summary"
}

# List what waits for a person.
# What waits for a person: due first, then waiting longest. A later event closes it.
needs() {
  call GET "/api/v1/needs"
}

# Find anything by its words.
# Clients, people, conversations, documents and events that have all the words; the last one may be half typed. `types`: some of them, with commas between.
find() {
  call GET "/api/v1/search" \
    --get --data-urlencode q=words
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  cards
  summary
  needs
fi
