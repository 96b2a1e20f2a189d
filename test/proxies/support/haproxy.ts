import type { Proxy } from './proxy.js';

export const HAPROXY: Proxy = {
  name: 'HAProxy',
  program: process.env['HAPROXY_PATH'] ?? '/usr/sbin/haproxy',
  page: '/etc/haproxy/haproxy.cfg',
  least: `
cache api
  total-max-size 4

frontend http
  bind :80
  http-request cache-use api
  http-response cache-store api
  default_backend app

backend app
  server app 127.0.0.1:3000
`,
  down: {
    page: 'in the backend of /etc/haproxy/haproxy.cfg',
    into: (configuration, addition) => `${configuration}\n${addition}`,
  },
  places: ({ port, appPort }) => [
    ['bind :80', `bind 127.0.0.1:${port}`],
    ['127.0.0.1:3000', `127.0.0.1:${appPort}`],
  ],
  command: (configuration, { folder }) => ({
    // As Debian's own, but for logs, another user and TLS.
    files: {
      'haproxy.cfg': `
defaults
  mode http
  option httplog
  option dontlognull
  timeout connect 5000
  timeout client 50000
  timeout server 50000

${configuration}
`,
    },
    args: ['-db', '-f', `${folder}/haproxy.cfg`],
  }),
  byDefault: {
    host: 'kept',
    forwardedHost: "the client's own",
    webSockets: 'yes',
    variants: 'no',
    unsaid: 'no',
    revalidates: 'no',
    notModified: "the app's",
    withdrawn: 'no',
  },
  asThePageSays: {
    host: 'kept',
    forwardedHost: 'the outer',
    webSockets: 'yes',
    variants: 'no',
    unsaid: 'no',
    revalidates: 'no',
    notModified: "the app's",
    withdrawn: 'no',
  },
};
