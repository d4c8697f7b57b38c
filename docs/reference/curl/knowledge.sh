#!/usr/bin/env bash
# Documents that answers are taken from.
# Generated from the contract: knowledge by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash knowledge.sh            every call that only reads
#   source knowledge.sh; ingest            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Take in a document.
# Take in a document, as text or as a file. The same `document_id` again replaces it.
ingest() {
  call POST "/api/v1/rag/ingest" \
    --header 'Content-Type: application/json' \
    --data '{"content": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read how far taking in is.
status() {
  call GET "/api/v1/rag/ingest/${1:-00000000-0000-7000-8000-000000000000}"
}

# Find passages.
# The passages that fit best, with scores and character offsets.
query() {
  call POST "/api/v1/rag/query" \
    --header 'Content-Type: application/json' \
    --data '{"query": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List documents.
documents() {
  call GET "/api/v1/documents"
}

# Delete a document.
delete() {
  call DELETE "/api/v1/documents" \
    --get --data-urlencode document_id=words
}

# Read a document's text.
# One document with the text that citations' offsets count in.
document() {
  call GET "/api/v1/documents/text" \
    --get --data-urlencode document_id=words
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  documents
fi
