import { asked, RAW, read, refused, sent, type OpaquePlace, type Place, type TableCase } from '../case.js';

const OPAQUE = { origin: 'null' };

/** A place with an opaque origin, which only `*` and `null` admit. */
function opaque(from: OpaquePlace): readonly TableCase[] {
  const id = `places/${from.replaceAll(/[ :]/g, '-')}`;
  return [
    {
      id: `${id}/any`,
      from,
      does: { fetch: '/origins/any' },
      sees: read('ok'),
      server: [sent('GET', '/origins/any', OPAQUE)],
    },
    {
      id: `${id}/page-is-admitted-but-the-frame-is-not`,
      from,
      does: { fetch: '/origins/list' },
      sees: refused('allow-origin-missing'),
      server: [sent('GET', '/origins/list', OPAQUE)],
    },
    {
      id: `${id}/null-is-admitted`,
      from,
      does: { fetch: '/origins/null' },
      sees: read('ok'),
      server: [sent('GET', '/origins/null', OPAQUE)],
    },
    {
      id: `${id}/preflight`,
      from,
      does: { fetch: '/methods/public', method: 'DELETE' },
      sees: read('removed'),
      server: [
        asked('DELETE', '/methods/public', undefined, OPAQUE),
        sent('DELETE', '/methods/public', OPAQUE),
      ],
    },
    {
      id: `${id}/its-page-is-another-origin`,
      page: RAW,
      from,
      does: { fetch: '/a' },
      sees: refused('allow-origin-missing'),
      server: [sent('GET', '/a', OPAQUE)],
      answers: { 'GET /a': { body: 'ok' } },
    },
  ];
}

/** A place with the origin of its page. */
function sameAsPage(from: Place): readonly TableCase[] {
  const id = `places/${from.replaceAll(/[ :]/g, '-')}`;
  return [
    {
      id: `${id}/has-the-origin-of-its-page`,
      from,
      does: [{ fetch: '/origins/list' }, { fetch: '/origins/https' }],
      sees: [read('ok'), refused('allow-origin-missing')],
      server: [sent('GET', '/origins/list'), sent('GET', '/origins/https')],
    },
    {
      id: `${id}/preflight-and-cookies`,
      from,
      does: {
        fetch: '/account/me',
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        credentials: 'include',
      },
      sees: read('sid=1'),
      server: [
        asked('PUT', '/account/me', 'content-type'),
        sent('PUT', '/account/me', { cookie: true, contentType: 'application/json' }),
      ],
    },
  ];
}

/** Where a script can run, and with which origin (HTML, "origin"). */
export const PLACE_CASES: readonly TableCase[] = [
  ...opaque('sandboxed frame'),
  ...opaque('data frame'),
  ...opaque('data worker'),
  ...sameAsPage('worker'),
  ...sameAsPage('blob worker'),
  ...sameAsPage('about:blank frame'),
];
