import type { expected } from '../../support/cors-headers.js';
import { ADMIN, APP, SEVEN_HEADERS, type PolicyName } from './policies.js';

type Fields = Parameters<typeof expected>[0];

/** A preflight and its answer. */
export interface PreflightCase {
  readonly id: string;
  readonly title: string;
  readonly policy: PolicyName;
  readonly origin?: string | readonly string[];
  readonly method: string;
  /** `Access-Control-Request-Headers`: one line or several. */
  readonly headers?: string | readonly string[];
  /** The fields of an approval but for `Vary`, or `'refused'`. */
  readonly answer: Fields | 'refused';
  readonly status?: number;
  /** Whether the method is one that no route can serve, so that only an entry of `routes` can be asked about it. */
  readonly entryOnly?: true;
}

const PUT = { acao: APP, acam: 'PUT' } as const;
const ALL_SEVEN = SEVEN_HEADERS.join(',');

/** The canonical answer to `authorization` and `content-type`. */
const BOTH = { ...PUT, acah: 'authorization,content-type' } as const;

/** From cors-cases, where the ids are explained, and from the standard. */
// prettier-ignore
export const PREFLIGHT_CASES: readonly PreflightCase[] = [
  // Origins
  { id: 'C59, 36', title: 'origin not listed', policy: 'put-patch', origin: ADMIN, method: 'PUT', answer: 'refused' },
  { id: 'C59', title: 'origin malformed', policy: 'put-patch', origin: `${APP}/`, method: 'PUT', answer: 'refused' },
  { id: 'C59, 22', title: 'opaque origin', policy: 'put-patch', origin: 'null', method: 'PUT', answer: 'refused' },
  { id: 'C59', title: 'empty origin', policy: 'put-patch', origin: '', method: 'PUT', answer: 'refused' },
  { id: 'C55', title: 'origin twice', policy: 'put-patch', origin: [APP, APP], method: 'PUT', answer: 'refused' },
  { id: 'C55', title: 'good origin first', policy: 'put-patch', origin: [APP, ADMIN], method: 'PUT', answer: 'refused' },
  { id: 'C54', title: 'origin too long', policy: 'put-patch', origin: `https://${'a'.repeat(400)}.com`, method: 'PUT', answer: 'refused' },
  { id: '4', title: "'*' names no origin", policy: 'any', method: 'GET', answer: { acao: '*' } },
  { id: '8, CVE-2016-10549', title: "'*' reflects no origin", policy: 'any', origin: 'https://evil.com', method: 'GET', answer: { acao: '*' } },
  { id: '8', title: "'*' and the opaque origin", policy: 'any', origin: 'null', method: 'GET', answer: { acao: '*' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and a page of an app shell", policy: 'any', origin: 'file://', method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and an origin without a host", policy: 'any', origin: 'app://', method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and one with a dot for a host", policy: 'any', origin: 'app://.', method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and an origin that is escaped", policy: 'any', origin: 'app://%41b', method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and a trailing slash", policy: 'any', origin: `${APP}/`, method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and an empty origin", policy: 'any', origin: '', method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and two origins", policy: 'any', origin: [APP, ADMIN], method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: 'Fetch, CORS check, step 4', title: "'*' and an origin without end", policy: 'any', origin: `https://${'a'.repeat(8000)}.com`, method: 'PUT', answer: { acao: '*', acam: 'PUT' } },
  { id: '38, 39', title: 'a refusal tells nothing of credentials', policy: 'credentialed', origin: ADMIN, method: 'PUT', answer: 'refused' },
  { id: '5', title: 'the second of two', policy: 'list', origin: ADMIN, method: 'GET', answer: { acao: ADMIN, acac: 'true' } },

  // Methods
  { id: 'C56', title: 'PUT', policy: 'put-patch', method: 'PUT', answer: PUT },
  { id: 'C56', title: 'PATCH', policy: 'put-patch', method: 'PATCH', answer: { acao: APP, acam: 'PATCH' } },
  { id: 'C57', title: 'GET is not listed', policy: 'put-patch', method: 'GET', headers: 'x-foo', answer: { acao: APP, acah: 'x-foo' } },
  { id: 'Fetch', title: 'HEAD is not listed', policy: 'put-patch', method: 'HEAD', answer: { acao: APP } },
  { id: 'C58', title: 'POST without headers, as for upload listeners', policy: 'one', method: 'POST', answer: { acao: APP } },
  { id: 'C60, 24', title: 'a method that is not allowed', policy: 'put-patch', method: 'DELETE', answer: 'refused' },
  { id: 'C61, 35', title: "'put' is not PUT", policy: 'put-patch', method: 'put', answer: 'refused', entryOnly: true },
  { id: 'C61', title: "'patch' is not PATCH", policy: 'put-patch', method: 'patch', answer: 'refused', entryOnly: true },
  { id: '35', title: "'Put' is not PUT", policy: 'put-patch', method: 'Put', answer: 'refused', entryOnly: true },
  { id: 'C61', title: 'an empty method', policy: 'put-patch', method: '', answer: 'refused', entryOnly: true },
  { id: 'Fetch', title: 'two methods', policy: 'put-patch', method: 'PUT, PATCH', answer: 'refused', entryOnly: true },
  { id: 'Fetch', title: 'OPTIONS', policy: 'put-patch', method: 'OPTIONS', answer: 'refused' },
  { id: 'names of Object', title: 'constructor', policy: 'put-patch', method: 'constructor', answer: 'refused', entryOnly: true },
  { id: 'names of Object', title: '__proto__', policy: 'any-method', method: '__proto__', answer: { acao: APP, acam: '__proto__' }, entryOnly: true },
  { id: "'*'", title: 'QUERY', policy: 'any-method', method: 'QUERY', answer: { acao: APP, acam: 'QUERY' }, entryOnly: true },
  { id: "'*'", title: 'PUT', policy: 'any-method', method: 'PUT', answer: PUT },
  { id: "'*'", title: "'patch', as it was asked for", policy: 'any-method', method: 'patch', answer: { acao: APP, acam: 'patch' }, entryOnly: true },
  { id: "'*' with credentials", title: 'PUT', policy: 'any-method-credentialed', method: 'PUT', answer: { ...PUT, acac: 'true' } },
  { id: 'C62', title: "'*' is no CONNECT", policy: 'any-method-credentialed', method: 'CONNECT', answer: 'refused', entryOnly: true },
  { id: 'C62', title: "'*' is no TRACE", policy: 'any-method', method: 'TRACE', answer: 'refused', entryOnly: true },
  { id: "'*'", title: "no literal '*'", policy: 'any-method', method: '*', answer: 'refused', entryOnly: true },
  { id: "'*'", title: 'no junk', policy: 'any-method', method: 'PUT;DELETE', answer: 'refused', entryOnly: true },
  { id: "'*'", title: 'nothing endless', policy: 'any-method', method: 'X'.repeat(65), answer: 'refused', entryOnly: true },

  // Headers
  { id: 'Fetch', title: 'no headers asked for', policy: 'put-patch', method: 'PUT', answer: PUT },
  { id: 'C67, 27', title: 'an empty list of headers', policy: 'put-patch', method: 'PUT', headers: '', answer: PUT },
  { id: 'C63', title: 'as a browser sends them', policy: 'put-patch', method: 'PUT', headers: 'authorization,content-type', answer: BOTH },
  { id: 'C63', title: 'in another order', policy: 'put-patch', method: 'PUT', headers: 'content-type,authorization', answer: BOTH },
  { id: 'C63', title: 'repeated', policy: 'put-patch', method: 'PUT', headers: 'authorization,authorization,content-type', answer: BOTH },
  { id: 'C63, 28', title: 'in upper case', policy: 'put-patch', method: 'PUT', headers: 'Authorization,Content-Type', answer: BOTH },
  { id: 'C64', title: 'on two lines', policy: 'put-patch', method: 'PUT', headers: ['authorization', 'content-type'], answer: BOTH },
  { id: 'C64', title: 'on two lines, out of order', policy: 'put-patch', method: 'PUT', headers: ['content-type', 'authorization'], answer: BOTH },
  { id: 'C64', title: '16 empty lines', policy: 'put-patch', method: 'PUT', headers: Array<string>(16).fill(''), answer: PUT },
  { id: 'C65', title: 'empty elements', policy: 'put-patch', method: 'PUT', headers: ',,authorization,,content-type,', answer: BOTH },
  { id: 'C65, CVE-2025-47908', title: 'commas without end', policy: 'put-patch', method: 'PUT', headers: `authorization${','.repeat(8000)}`, answer: 'refused' },
  { id: 'C66', title: 'white space', policy: 'put-patch', method: 'PUT', headers: 'authorization , \tcontent-type', answer: BOTH },
  { id: 'C68, CVE-2026-69207', title: 'spaces without end', policy: 'put-patch', method: 'PUT', headers: `x-foo${' '.repeat(8000)},x-foo`, answer: 'refused' },
  { id: 'C68', title: 'one name without end', policy: 'put-patch', method: 'PUT', headers: 'x-foo,'.repeat(1300), answer: 'refused' },
  { id: '26', title: 'one that is not allowed', policy: 'put-patch', method: 'PUT', headers: 'authorization,x-bar', answer: 'refused' },
  { id: '26', title: 'the beginning of one that is allowed', policy: 'put-patch', method: 'PUT', headers: 'x-fo', answer: 'refused' },
  { id: '26', title: 'a wildcard asked for', policy: 'put-patch', method: 'PUT', headers: '*', answer: 'refused' },
  { id: '25', title: 'the requested ones, not all that are allowed', policy: 'three-headers', method: 'GET', headers: 'header1, header2', answer: { acao: APP, acah: 'header1,header2' } },
  { id: 'C73', title: 'seven', policy: 'seven', method: 'GET', headers: ALL_SEVEN, answer: { acao: APP, acah: ALL_SEVEN } },
  ...SEVEN_HEADERS.map((header): PreflightCase => ({ id: 'C73', title: `one of seven: ${header}`, policy: 'seven', method: 'GET', headers: header, answer: { acao: APP, acah: header } })),
  ...SEVEN_HEADERS.slice(1).map((header, at): PreflightCase => {
    const some = SEVEN_HEADERS.filter((_, index) => index !== at).join(',');
    return { id: 'C73', title: `six of seven, ${header} among them`, policy: 'seven', method: 'GET', headers: some, answer: { acao: APP, acah: some } };
  }),
  { id: "C69, '*'", title: 'names what was asked for', policy: 'any-header', method: 'GET', headers: 'x-a,x-b', answer: { acao: '*', acah: 'x-a,x-b' } },
  { id: "C69, '*' with credentials", title: 'names what was asked for', policy: 'any-header-credentialed', method: 'GET', headers: 'x-a,x-b', answer: { acao: APP, acac: 'true', acah: 'x-a,x-b' } },
  { id: "'*'", title: 'no Authorization', policy: 'any-header', method: 'GET', headers: 'authorization', answer: 'refused' },
  { id: "'*' with credentials", title: 'no Authorization', policy: 'any-header-credentialed', method: 'GET', headers: 'authorization,x-a', answer: 'refused' },
  { id: "C69, '*' beside Authorization", title: 'Authorization', policy: 'any-header-authorization', method: 'GET', headers: 'authorization,x-a', answer: { acao: APP, acah: 'authorization,x-a' } },
  { id: "C69, '*' beside Authorization", title: 'only if it was asked for', policy: 'any-header-authorization', method: 'GET', headers: 'x-a', answer: { acao: APP, acah: 'x-a' } },
  { id: 'C70', title: "'*' is no junk", policy: 'any-header-credentialed', method: 'GET', headers: '!!! ;;;', answer: 'refused' },
  { id: 'C70', title: "'*' is nothing endless", policy: 'any-header-credentialed', method: 'GET', headers: `x-${'a'.repeat(8200)}`, answer: 'refused' },
  { id: "'*'", title: 'no literal wildcard', policy: 'any-header', method: 'GET', headers: '*', answer: 'refused' },

  // All together, and the rest of the answer
  { id: '33', title: 'everything but exposed headers', policy: 'credentialed', method: 'PUT', headers: 'x-csrf-token', answer: { ...PUT, acac: 'true', acah: 'x-csrf-token', acma: '600' } },
  { id: '33', title: "no exposed headers under '*' either", policy: 'any-exposed', method: 'GET', answer: { acao: '*' } },
  { id: '34', title: 'a maximum age of 0', policy: 'no-age', method: 'GET', answer: { acao: APP, acma: '0' } },
  { id: '23', title: 'optionsSuccessStatus', policy: 'status-200', method: 'GET', answer: { acao: APP }, status: 200 },
];
