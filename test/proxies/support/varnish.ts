import type { Proxy } from './proxy.js';

export const VARNISH: Proxy = {
  name: 'Varnish',
  program: process.env['VARNISHD_PATH'] ?? '/usr/sbin/varnishd',
  page: '/etc/varnish/default.vcl',
  least: `
vcl 4.1;

backend default {
  .host = "127.0.0.1";
  .port = "3000";
}`,
  down: {
    page: 'in /etc/varnish/default.vcl',
    into: (configuration, addition) => `${configuration}\n${addition}`,
  },
  places: ({ appPort }) => [['"3000"', `"${appPort}"`]],
  command: (configuration, { port, folder }) => ({
    files: { 'default.vcl': configuration },
    // Without another user and without a console; small, for a start that takes no time.
    args: `-F -n ${folder}/varnish -f ${folder}/default.vcl -a 127.0.0.1:${port}
      -j none -T none -s default,16m -p vsl_space=1M -p thread_pools=1 -p thread_pool_min=10`.split(/\s+/),
  }),
  byDefault: {
    host: 'kept',
    forwardedHost: "the client's own",
    webSockets: 'no',
    variants: 'yes',
    unsaid: 'yes',
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
