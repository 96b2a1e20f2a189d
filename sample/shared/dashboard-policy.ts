import type { CorsPolicyOptions } from 'nestjs-cors';
import type { Pages } from './pages.js';

/** The policy `dashboard`: for the operator's pages, and nobody else's requests reach a handler. */
export function dashboardPolicy(pages: Pages): CorsPolicyOptions {
  return {
    origin: pages.originOf('dashboard'),
    // The guard reads it. That is not seen from the handlers, so it has to be listed.
    allowedHeaders: ['authorization', 'content-type'],
    credentials: false,
    enforce: true,
  };
}
