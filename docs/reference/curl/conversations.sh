#!/usr/bin/env bash
# Talking with a client's agent, and people who take over.
# Generated from the contract: conversations by `python -m retinue.assembly.reference`.
#   export TOKEN="$(retinue token)"; bash conversations.sh            every call that only reads
#   source conversations.sh; start            one call
set -euo pipefail
: "${RETINUE_URL:=http://127.0.0.1:8300}" "${TOKEN:=}" "${TENANT:=}"

call() { # method path [curl's options]
  local method=$1 path=$2; shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$RETINUE_URL$path" \
    ${TOKEN:+--header "Authorization: Bearer $TOKEN"} ${TENANT:+--header "X-Tenant-ID: $TENANT"} "$@"
  echo
}

# Start a conversation.
# Start a conversation with the agent that is deployed. The token lets a visitor talk in it and see nothing else.
start() {
  call POST "/api/v1/chat/conversations" \
    --header 'Content-Type: application/json' \
    --data '{"client_id": "00000000-0000-7000-8000-000000000000", "channel": "chat", "config_id": "00000000-0000-7000-8000-000000000000"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List conversations.
# Latest first; from the operator's organization those of all clients that one is assigned to.
conversations() {
  call GET "/api/v1/chat/conversations"
}

# Ask the agent.
# Ask the agent. With `Accept: text/event-stream` the answer comes as `delta`, `message`, `done` or `error` events.
send() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/messages" \
    --header 'Content-Type: application/json' \
    --data '{"content": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List the messages of a conversation.
# Oldest first; `after` is a position.
messages() {
  call GET "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/messages"
}

# Read a conversation.
one() {
  call GET "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}"
}

# Take over a conversation.
# Take over: the agent is silent until the conversation is returned.
take() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/take" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Give a conversation back to the agent.
give_back() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/return" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Answer as a person.
# Answer as a person, in a conversation that one has taken.
reply() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/reply" \
    --header 'Content-Type: application/json' \
    --data '{"content": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# End a conversation.
end() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/end" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Write a note that only colleagues see.
note() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/notes" \
    --header 'Content-Type: application/json' \
    --data '{"content": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List the notes on a conversation.
notes() {
  call GET "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/notes"
}

# Count the conversations of each version.
# How many conversations took each version of a configuration.
versions() {
  call GET "/api/v1/chat/versions/${1:-00000000-0000-7000-8000-000000000000}"
}

# Say that a person is there.
# Say that one is there for visitors who ask for a person; it lapses unless said again.
presence() {
  call POST "/api/v1/chat/presence" \
    --header 'Content-Type: application/json' \
    --data '{"here": true}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read how the chat widget looks and behaves.
# How the widget of a public key looks and behaves, as the version in production says. No sign-in is needed.
widget_settings() {
  call GET "/api/v1/chat/widget" \
    --get --data-urlencode key=words
}

# Send a file.
# Send a file as the visitor. People can see it; the agent does not read it, and says so.
send_file() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/files" \
    --form file=@"${FILE:?a file to send}" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read a file that was sent.
# The file as it was sent, to be saved and never shown as a page.
read_file() {
  call GET "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/files/${2:-00000000-0000-7000-8000-000000000000}"
}

# Leave contact details.
# Who the visitor is, as they say themselves; with `callback` a person is asked to get back to them.
leave_contact() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/contact" \
    --header 'Content-Type: application/json' \
    --data '{"name": "words", "email": "words", "phone": "words"}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Say that a person is writing.
# Tell the visitor that a person is writing, or no longer. The widget forgets it after some seconds by itself.
typing() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/typing" \
    --header 'Content-Type: application/json' \
    --data '{"status": true}' \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# List conversations of all clients by box.
# Conversations of all clients that one looks after: the latest first, in `waiting` who waits longest. `yours` are those that the caller has taken. `search` looks through names, addresses and what was said in the newest 5,000 of the box.
lines() {
  call GET "/api/v1/inbox"
}

# Count the conversations of each box.
# How many conversations are in each box.
counts() {
  call GET "/api/v1/inbox/counts"
}

# Read a conversation as the inbox shows it.
line() {
  call GET "/api/v1/inbox/${1:-00000000-0000-7000-8000-000000000000}"
}

# Read what was said, with handovers, newest first.
# What was said, newest first, and where people were asked for, took over and gave back.
thread() {
  call GET "/api/v1/inbox/${1:-00000000-0000-7000-8000-000000000000}/thread"
}

# Say why an answer was given.
# The path of an answer: what was decided, found and said for it, as it was recorded.
why() {
  call GET "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/messages/${2:-00000000-0000-7000-8000-000000000000}/why"
}

# Draft replies for a person.
# Draft replies for whoever has taken the conversation; nothing is sent.
suggest() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/suggestions" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Erase the visitor of a conversation.
# Erase the visitor of this conversation: what they said, who they are, and every copy, here and in their other conversations with this client.
forget() {
  call POST "/api/v1/chat/conversations/${1:-00000000-0000-7000-8000-000000000000}/forget" \
    --header "Idempotency-Key: ${KEY:-$RANDOM$RANDOM}"
}

# Read a contact.
contact() {
  call GET "/api/v1/contacts/${1:-00000000-0000-7000-8000-000000000000}"
}

# Correct a contact.
# Say who a contact is. A name replaces the one before; an address is added.
correct() {
  call PATCH "/api/v1/contacts/${1:-00000000-0000-7000-8000-000000000000}" \
    --header 'Content-Type: application/json' \
    --data '{"name": "words", "email": "words", "phone": "words"}'
}

# List a contact's conversations on every channel.
# The latest 50 conversations with one person, on every channel.
of_contact() {
  call GET "/api/v1/contacts/${1:-00000000-0000-7000-8000-000000000000}/conversations"
}

if [[ "${BASH_SOURCE[0]}" == "$0" ]]; then
  conversations
  lines
  counts
fi
