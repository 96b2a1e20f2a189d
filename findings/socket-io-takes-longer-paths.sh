#!/usr/bin/env bash
# socket.io: without its final slash, a path also takes what only begins with it.
#
# Seen with socket.io 4.8.3. With `path: '/chat'` and `addTrailingSlash: false`, a polling handshake at `/chats` opens a session as well
# as one at `/chat`, and with the slash, which is the default, neither `/chat` nor `/chats/` does. So a rule for the path of a server of
# socket.io has to hold for more than that path and what is below it. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund socket.io@4.8.3

cat > probe.mjs <<'PROBE'
import http from 'node:http';
import { Server } from 'socket.io';

for (const addTrailingSlash of [false, true]) {
  const server = http.createServer((request, response) => response.writeHead(404).end());
  const io = new Server(server, { path: '/chat', addTrailingSlash, serveClient: false });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const path of ['/chat', '/chat/', '/chats', '/chats/']) {
    const { status } = await fetch(`http://127.0.0.1:${server.address().port}${path}?EIO=4&transport=polling`);
    console.log(addTrailingSlash ? 'with the slash,' : 'without,', path, status);
  }
  await io.close();
}
process.exit();
PROBE

seen=$(node probe.mjs)
expected='without, /chat 200
without, /chat/ 200
without, /chats 200
without, /chats/ 200
with the slash, /chat 404
with the slash, /chat/ 200
with the slash, /chats 404
with the slash, /chats/ 404'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
