#!/usr/bin/env bash
# tRPC, standalone: the answer replaces a `Vary` that a middleware has set.
#
# Seen with @trpc/server 11.25.2. createHTTPServer() takes a middleware, for which its manual names cors. What that sets stays on the
# answer, but for Vary: a query answers `Vary: trpc-accept, accept` alone. So a shared cache may hand the answer for one page's
# origin to a page of another one. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @trpc/server@11.25.2 typescript@6.0.3

cat > probe.mjs <<'PROBE'
import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';

const t = initTRPC.create();
const server = createHTTPServer({
  router: t.router({ hello: t.procedure.query(() => 'hello') }),
  middleware: (request, response, next) => {
    response.setHeader('Vary', 'Origin');
    response.setHeader('X-Middleware', 'was here');
    next();
  },
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/hello`);
console.log('X-Middleware:', headers.get('x-middleware'));
console.log('Vary:', headers.get('vary'));
server.close();
PROBE

seen=$(node probe.mjs)
expected='X-Middleware: was here
Vary: trpc-accept, accept'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
