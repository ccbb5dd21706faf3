#!/bin/sh
# Asks a shop from outside, as a client does, whether it serves: deploy/smokeTest.sh https://shop.example.com
# Changes nothing, and ends with 1 if something is wrong. CURL_OPTIONS are for a certificate that is not public.
set -u
url=${1:?the address of the shop}
wrong=0

# What is asked for, the status that it must have, a text that must be in the response, and the method.
expect() {
  # shellcheck disable=SC2086
  response=$(curl -sS ${CURL_OPTIONS:-} -X "${4:-GET}" --max-time 10 --retry 5 --retry-connrefused -i "$url$1" 2>&1)
  status=$(printf '%s' "$response" | sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p')
  if [ "$status" = "$2" ] && printf '%s' "$response" | grep -qi -e "$3"; then
    echo "ok     $1"
  else
    echo "WRONG  $1: expected $2 with \"$3\", got ${status:-no answer}"
    wrong=1
  fi
}

expect '/products?limit=1' 200 '"items"'
expect /shop 200 '/assets/'
expect /docs/json 200 '"openapi"'
expect /checkouts/options 200 '"methods"'
# Nobody gets in without a token, and a checkout process says so too: the gateway sends commands there.
expect /orders 401 '"unauthenticated"'
expect /orders 401 'x-request-id:'
expect /checkouts 401 '"unauthenticated"' POST
exit $wrong
