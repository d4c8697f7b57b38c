#!/usr/bin/env bash
# Reading a company's site or files into a profile of claims with sources.
# Generated from the contract: research by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash research.sh            every call that only reads
#   source research.sh; start            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Start research of a site or of files.
# Read a site, or files sent before, and make a profile. The job tells of each page as it goes.
start() {
  call POST "/api/v1/research/jobs" \
    --header 'Content-Type: application/json' \
    --data '{"source": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List research jobs.
# Newest first.
jobs() {
  call GET "/api/v1/research/jobs"
}

# Send a file to be researched.
# A file to be researched. Whether it can be read is told by the job.
upload() {
  call POST "/api/v1/research/files" \
    --form file=@"${FILE:?a file to send}" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read how far a research job is.
job() {
  call GET "/api/v1/research/jobs/${1:-00000000-0000-7000-8000-000000000000}"
}

# Stop a research job.
# Read no further. What was read stays; no profile is made of it.
stop() {
  call POST "/api/v1/research/jobs/${1:-00000000-0000-7000-8000-000000000000}/stop" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read what research found.
# The profile: every claim with its source, quote, time and confidence; and which pages were read or refused.
report() {
  call GET "/api/v1/research/jobs/${1:-00000000-0000-7000-8000-000000000000}/report"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  jobs
fi
