#!/usr/bin/env bash
# Express: a route of app.all() does not say that it is one.
#
# Seen with express 5.3.0. Route#methods of app.all() names each method that Node knows, one by one, while a route of
# app.route().all() says `_all`. Both serve every method. Whoever reads routes to learn what an app serves has to know both
# forms. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund express@5.3.0

cat > probe.mjs <<'PROBE'
import http from 'node:http';
import express from 'express';

const app = express();
app.all('/one', (request, response) => response.end());
app.route('/two').all((request, response) => response.end());
for (const { route } of app.router.stack) {
  const names = Object.keys(route.methods);
  const what = names.length >= http.METHODS.length - 1 ? 'every method that Node knows' : names.join(' ');
  console.log(route.path, what);
}
PROBE

seen=$(node probe.mjs)
expected='/one every method that Node knows
/two _all'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
