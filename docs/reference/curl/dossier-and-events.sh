#!/usr/bin/env bash
# Everything known about a client, and the log it is made from.
# Generated from the contract: dossier-and-events by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash dossier-and-events.sh            every call that only reads
#   source dossier-and-events.sh; dossier            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Read everything known about a client.
# Everything known about a client. `?after=` an event's number waits until it is in here.
dossier() {
  call GET "/api/v1/dossier/${1:-00000000-0000-7000-8000-000000000000}"
}

# Read what happened, newest first.
# Newest first: of the client named, or of every organization that the caller may read. `search`: all these words, the last one perhaps half typed.
timeline() {
  call GET "/api/v1/timeline"
}

# Count what happened, by section and day.
# How many moments a client has, by section and by day (of the time zone `zone`, the newest 400 that have any).
counts() {
  call GET "/api/v1/timeline/counts"
}

# Read an event with its causes and effects.
# One event with what led to it, what it led to, and its lineage.
event() {
  call GET "/api/v1/timeline/${1:-00000000-0000-7000-8000-000000000000}"
}

# Say how far one has read a client.
# Say how far the caller has read a client: never back, and never beyond the newest event.
seen() {
  call POST "/api/v1/seen" \
    --header 'Content-Type: application/json' \
    --data '{"client_id": "00000000-0000-7000-8000-000000000000", "number": 0.0}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read what happened while one was away.
# What happened since the caller last said how far they have read: counts, and five sentences at most with the events behind each.
away_from() {
  call GET "/api/v1/away/${1:-00000000-0000-7000-8000-000000000000}"
}

# Read or follow the log of events.
# The log by number. With `Accept: text/event-stream` it goes on as events happen; each event's id is its number.
events() {
  call GET "/api/v1/events"
}

# List events that could not be handled.
parked() {
  call GET "/api/v1/events/parked"
}

# Handle a parked event again.
# Handle a parked event now. It comes late, once; asking again answers `replayed: false`.
replay() {
  call POST "/api/v1/events/parked/${1:-00000000-0000-7000-8000-000000000000}/${2:-00000000-0000-7000-8000-000000000000}/replay" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read or follow an answer that takes longer.
# A request that answered 202. With `Accept: text/event-stream` the answer is sent when it is there.
job() {
  call GET "/api/v1/jobs/${1:-00000000-0000-7000-8000-000000000000}"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  timeline
  counts
  events
  parked
fi
