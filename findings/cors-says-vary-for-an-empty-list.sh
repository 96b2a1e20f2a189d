#!/usr/bin/env bash
# cors and @fastify/cors: whether a refusal says `Vary: Origin` depends on how it is written, and each takes the other way.
#
# Seen with cors 2.8.6 on Node's own server and @fastify/cors 11.4.1 on fastify 5.12.8. A function decides about each request.
# Where it calls back `false`, cors sends no Vary, so that a cache keeps the refusal for everybody; where the options that it
# calls back have an empty list of origins, cors sends it. @fastify/cors sends it for `false`. Whoever hands one function to both
# has to tell them apart. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund cors@2.8.6 fastify@5.12.8 @fastify/cors@11.4.1

cat > probe.mjs <<'PROBE'
import http from 'node:http';
import cors from 'cors';
import fastify from 'fastify';
import fastifyCors from '@fastify/cors';

const say = async (what, port) => {
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { origin: 'https://page.example' } });
  console.log(what, response.headers.get('vary') ?? 'no Vary');
};

for (const [what, origin] of [['false', false], ['[]', []]]) {
  const handle = cors((request, callback) => callback(null, { origin }));
  const server = http.createServer((request, response) => handle(request, response, () => response.end()));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  await say(`cors ${what}:`, server.address().port);
  server.close();
}

const app = fastify();
await app.register(fastifyCors, { delegator: (request, callback) => callback(null, { origin: false }) });
app.get('/', async () => '');
await app.listen({ port: 0, host: '127.0.0.1' });
await say('@fastify/cors false:', app.server.address().port);
await app.close();
PROBE

seen=$(node probe.mjs)
expected='cors false: no Vary
cors []: Origin
@fastify/cors false: Origin'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
