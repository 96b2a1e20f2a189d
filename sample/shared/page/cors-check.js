/**
 * Fetch, "CORS check": whether a script may read a response, by the response's headers alone.
 *
 * @param headers of the response, names in lower case
 * @param origin of the script
 * @param withCredentials whether the request's credentials mode is `include`
 * @returns `any` or `named` if it may; else `missing`, `another`, `any-with-credentials` or `no-credentials`
 */
export function corsCheck(headers, origin, withCredentials) {
  const allowed = headers['access-control-allow-origin'];
  if (allowed === undefined) return 'missing';
  if (allowed === '*') return withCredentials ? 'any-with-credentials' : 'any';
  if (allowed !== origin) return 'another';
  return withCredentials && headers['access-control-allow-credentials'] !== 'true'
    ? 'no-credentials'
    : 'named';
}
