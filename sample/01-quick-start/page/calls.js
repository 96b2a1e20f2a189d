/**
 * The calls of the page: what a script passes to `fetch()`, and the handler of the API that it is meant for.
 */
export const calls = [
  {
    id: 'open',
    title: 'Open data',
    path: '/reports/public',
    handler: 'ReportsController#open',
    init: {},
  },
  {
    id: 'open-with-cookies',
    title: 'Open data, asked for with cookies',
    path: '/reports/public',
    handler: 'ReportsController#open',
    init: { credentials: 'include' },
  },
  {
    id: 'mine',
    title: 'The visitor’s own data',
    path: '/reports/mine',
    handler: 'ReportsController#mine',
    init: { credentials: 'include' },
  },
  {
    id: 'partner',
    title: 'Data for a partner’s pages',
    path: '/reports/partner',
    handler: 'ReportsController#forPartner',
    init: {},
  },
  {
    id: 'rename',
    title: 'A change',
    path: '/reports/1',
    handler: 'ReportsController#rename',
    init: {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-csrf-token': 'a-token' },
      body: '{"title":"Sales in April"}',
    },
  },
  {
    id: 'rename-missing',
    title: 'A change that fails',
    path: '/reports/99',
    handler: 'ReportsController#rename',
    init: {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-csrf-token': 'a-token' },
      body: '{"title":"Nothing"}',
    },
  },
  {
    id: 'rename-debug',
    title: 'A change with one header too many',
    path: '/reports/1',
    handler: 'ReportsController#rename',
    init: {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-csrf-token': 'a-token', 'x-debug': '1' },
      body: '{"title":"Sales in May"}',
    },
  },
  {
    id: 'internal',
    title: 'A route that is not for pages',
    path: '/reports/internal',
    handler: 'ReportsController#internal',
    init: { method: 'POST' },
  },
];
