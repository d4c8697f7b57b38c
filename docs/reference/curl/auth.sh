#!/usr/bin/env bash
# Sign in and out. Answers hold a token to send as `Authorization: Bearer`.
# Generated from the contract: auth by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash auth.sh            every call that only reads
#   source auth.sh; login            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Sign in with e-mail and password.
login() {
  call POST "/api/v1/auth/login" \
    --header 'Content-Type: application/json' \
    --data '{"email": "words", "password": "words"}'
}

# Get a new token for a refresh token.
# The refresh token is good once; using it again ends every session that came from it. A cookie's is good for ten seconds more.
refresh() {
  call POST "/api/v1/auth/refresh" \
    --header 'Content-Type: application/json' \
    --data '{"cookie": false, "refresh_token": "words"}'
}

# Sign out: end the sessions of a refresh token.
logout() {
  call POST "/api/v1/auth/logout" \
    --header 'Content-Type: application/json' \
    --data '{"cookie": false, "refresh_token": "words"}'
}

# Make a link that signs in once.
# A link that signs the caller in, once, within ten minutes.
one_time() {
  call POST "/api/v1/auth/one-time" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Sign in with a one-time link.
redeem() {
  call POST "/api/v1/auth/one-time/redeem" \
    --header 'Content-Type: application/json' \
    --data '{"token": "words"}'
}

# Change the caller's password.
# Ends all sessions of the caller.
change_password() {
  call POST "/api/v1/auth/password" \
    --header 'Content-Type: application/json' \
    --data '{"current_password": "words", "new_password": "wordsxxxxx"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Say who the caller is and what they may do.
me() {
  call GET "/api/v1/auth/me"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  me
fi
