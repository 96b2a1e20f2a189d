import { IS_ROOT, type Proxy } from './proxy.js';

/** Those of Debian that have to do with what passes through, and those that the page has enabled. */
const MODULES = ['mpm_event', 'authz_core', 'filter', 'mime', 'setenvif', 'deflate'];
const ENABLED = ['proxy', 'proxy_http', 'cache', 'cache_disk', 'headers'];

export const APACHE: Proxy = {
  name: 'Apache',
  program: process.env['APACHE_PATH'] ?? '/usr/sbin/apache2',
  page: '/etc/apache2/sites-available/api.conf',
  least: `
<VirtualHost *:80>
  ProxyPass / http://127.0.0.1:3000/
  CacheEnable disk /
</VirtualHost>
`,
  places: ({ port, appPort }) => [
    ['*:80', `127.0.0.1:${port}`],
    ['127.0.0.1:3000', `127.0.0.1:${appPort}`],
  ],
  command: (configuration, { port, folder }) => ({
    files: {
      'apache2.conf': `
ServerRoot ${folder}
DefaultRuntimeDir ${folder}
PidFile ${folder}/apache2.pid
Mutex file:${folder} default
ServerName localhost
Listen 127.0.0.1:${port}
ErrorLog |/bin/cat
LogLevel warn
${IS_ROOT ? 'User www-data\nGroup www-data' : ''}
${[...MODULES, ...ENABLED].map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
TypesConfig /etc/mime.types
StartServers 1
ThreadsPerChild 25
Include /etc/apache2/mods-available/deflate.conf
CacheRoot ${folder}/cache
CacheDirLevels 2
CacheDirLength 1
${configuration}`,
    },
    args: ['-D', 'FOREGROUND', '-f', `${folder}/apache2.conf`],
  }),
  byDefault: {
    host: "the upstream's",
    forwardedHost: "the client's own, then the outer",
    webSockets: 'no',
    variants: 'yes',
    unsaid: 'with an ETag',
    revalidates: 'yes',
    notModified: 'whole',
    withdrawn: 'yes',
  },
  asThePageSays: {
    host: 'kept',
    forwardedHost: 'the outer',
    webSockets: 'yes',
    variants: 'yes',
    unsaid: 'no',
    revalidates: 'yes',
    notModified: 'whole',
    withdrawn: 'yes',
  },
};
