import type { Proxy } from './proxy.js';

export const SQUID: Proxy = {
  name: 'Squid',
  program: process.env['SQUID_PATH'] ?? '/usr/sbin/squid',
  page: '/etc/squid/conf.d/api.conf',
  least: `
http_port 80 accel defaultsite=api.example.com
cache_peer 127.0.0.1 parent 3000 0 no-query originserver
http_access allow all
`,
  places: ({ port, appPort }) => [
    ['http_port 80', `http_port 127.0.0.1:${port}`],
    ['127.0.0.1 parent 3000', `127.0.0.1 parent ${appPort}`],
  ],
  command: (configuration, { folder }) => ({
    // As Debian's own, but for what it writes and the proxy for clients.
    files: {
      'squid.conf': `
${configuration}
http_access allow localhost
http_access deny all
coredump_dir ${folder}
refresh_pattern -i (/cgi-bin/|\\?) 0	0%	0
refresh_pattern .		0	20%	4320
pid_filename none
access_log none
cache_store_log none
cache_log /dev/null
netdb_filename none
pinger_enable off
memory_cache_shared off
shutdown_lifetime 0 seconds
`,
    },
    args: ['-N', '-d', '1', '-f', `${folder}/squid.conf`],
  }),
  byDefault: {
    host: 'kept',
    forwardedHost: "the client's own",
    webSockets: 'no',
    variants: 'yes',
    unsaid: 'no',
    revalidates: 'yes',
    notModified: 'bare',
    withdrawn: 'yes',
    failureVary: 'Accept-Language',
  },
  asThePageSays: {
    host: 'kept',
    forwardedHost: 'none',
    webSockets: 'yes',
    variants: 'yes',
    unsaid: 'no',
    revalidates: 'yes',
    notModified: "the app's to requests with Origin, else bare",
    withdrawn: 'yes',
    failureVary: 'Accept-Language',
  },
};
