import { IS_ROOT, type Behaviour, type Proxy } from './proxy.js';

/** Whether root's cache can be written: its children are somebody else unless that is said. */
const USER = IS_ROOT ? 'user root;' : '';

const AS_THE_PAGE_SAYS: Behaviour = {
  host: 'kept',
  forwardedHost: 'the outer',
  webSockets: 'yes',
  variants: 'yes',
  unsaid: 'no',
  revalidates: 'no',
  notModified: 'whole',
  withdrawn: 'no',
};

export const NGINX: Proxy = {
  name: 'nginx',
  program: process.env['NGINX_PATH'] ?? '/usr/sbin/nginx',
  page: '/etc/nginx/conf.d/api.conf',
  least: `
proxy_cache_path /var/cache/nginx/api keys_zone=api:10m;
server {
  listen 80;
  location / {
    proxy_pass http://127.0.0.1:3000;
    proxy_cache api;
  }
}`,
  down: {
    page: 'in the server of /etc/nginx/conf.d/api.conf',
    into: (configuration, addition) => configuration.replace(/\}\s*$/, `${addition}\n}`),
  },
  places: ({ port, appPort, folder }) => [
    ['/var/cache/nginx/api', `${folder}/cache`],
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['127.0.0.1:3000', `127.0.0.1:${appPort}`],
  ],
  command: (configuration, { folder }) => ({
    // As Debian's /etc/nginx/nginx.conf, but for what it writes, and for TLS.
    files: {
      'nginx.conf': `
daemon off;
pid ${folder}/nginx.pid;
error_log stderr;
worker_processes 1;
${USER}
events {
  worker_connections 768;
}
http {
  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log off;
  gzip on;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
${configuration}
}`,
    },
    args: ['-e', 'stderr', '-p', folder, '-c', `${folder}/nginx.conf`],
  }),
  byDefault: {
    host: "the upstream's",
    forwardedHost: "the client's own",
    webSockets: 'no',
    variants: 'yes',
    unsaid: 'no',
    revalidates: 'no',
    notModified: 'whole',
    withdrawn: 'no',
  },
  asThePageSays: AS_THE_PAGE_SAYS,
  changed: {
    named: 'with proxy_cache_revalidate',
    change: (configuration) =>
      configuration.replace('proxy_cache api;', 'proxy_cache api; proxy_cache_revalidate on;'),
    behaviour: { ...AS_THE_PAGE_SAYS, revalidates: 'yes', withdrawn: 'yes' },
  },
};
