/* Asks what serves the wire table, and compares what comes back. */
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';

/** What the app prints when it serves. */
export async function ready(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return JSON.parse(line);
  }
  throw new Error('the app has printed no ports');
}

/** Over HTTP/1.1. */
export function ask1(port, { method, path, headers }) {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false, timeout: 10_000 });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
    sent.on('error', reject);
    sent.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode, fields: response.headers, body }));
    });
    sent.end();
  });
}

/**
 * What is wrong with an answer; `undefined` if nothing is.
 *
 * @param varies - what the runtime itself adds to `Vary`
 */
export function compare({ status, fields, body, express }, answer, platform, varies) {
  const expected = { status, fields: platform === 'express' ? { ...fields, ...express } : fields };
  const found = {
    status: answer.status,
    fields: Object.fromEntries(
      Object.entries(answer.fields)
        .map(([name, value]) => [name.toLowerCase(), value])
        .filter(([name]) => name === 'vary' || name.startsWith('access-control-'))
        .map(([name, value]) => [name, name === 'vary' ? withoutOwn(String(value), varies) : String(value)])
        .filter(([, value]) => value !== ''),
    ),
  };
  if (body !== undefined) {
    expected.body = body;
    found.body = answer.body;
  }
  if (isDeepStrictEqual(found, expected)) return undefined;
  return `  expected ${JSON.stringify(expected)}\n  found    ${JSON.stringify(found)}`;
}

/** `Vary` without what the runtime adds to it. */
function withoutOwn(vary, own) {
  return own === undefined
    ? vary
    : vary
        .split(', ')
        .filter((name) => name !== own)
        .join(', ');
}
