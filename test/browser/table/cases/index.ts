import type { TableCase } from '../case.js';
import { CORS_CHECK_CASES } from './cors-check.js';
import { CREDENTIALS_CASES } from './credentials.js';
import { ELEMENT_CASES } from './elements.js';
import { EMBEDDING_CASES } from './embedding.js';
import { EXPOSED_HEADER_CASES } from './exposed-headers.js';
import { HTTP_CACHE_CASES } from './http-cache.js';
import { METHOD_CASES } from './methods.js';
import { ODD_ANSWER_CASES } from './odd-answers.js';
import { ORIGIN_CASES } from './origins.js';
import { PLACE_CASES } from './places.js';
import { PREFLIGHT_CACHE_CASES } from './preflight-cache.js';
import { REDIRECTED_REQUEST_CASES } from './redirected-requests.js';
import { REDIRECT_CASES } from './redirects.js';
import { REQUEST_HEADER_CASES } from './request-headers.js';
import { RESPONSE_CASES } from './responses.js';
import { SCRIPT_CASES } from './scripts.js';
import { SECURE_CASES } from './secure.js';

/** The table, by subject. */
export const TABLE: Readonly<Record<string, readonly TableCase[]>> = {
  origins: ORIGIN_CASES,
  credentials: CREDENTIALS_CASES,
  methods: METHOD_CASES,
  'request headers': REQUEST_HEADER_CASES,
  'preflight cache': PREFLIGHT_CACHE_CASES,
  responses: RESPONSE_CASES,
  'odd answers': ODD_ANSWER_CASES,
  'exposed headers': EXPOSED_HEADER_CASES,
  'the CORS check': CORS_CHECK_CASES,
  redirects: REDIRECT_CASES,
  'redirected requests': REDIRECTED_REQUEST_CASES,
  'scripts of other kinds': SCRIPT_CASES,
  elements: ELEMENT_CASES,
  'places of scripts': PLACE_CASES,
  'over TLS': SECURE_CASES,
  'embedding and timing': EMBEDDING_CASES,
  'the HTTP cache': HTTP_CACHE_CASES,
};
