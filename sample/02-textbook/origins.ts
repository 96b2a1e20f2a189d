import { freePort } from '../shared/free-port.js';
import { originOf, type HttpOrigin } from '../shared/origin.js';

/*
 * Where everything is. Every browser takes a name that ends in `.localhost` for this machine, so each of these is a
 * host of its own without any configuration. `api.shop.localhost` and `shop.localhost` are two origins of one *site*,
 * as `api.shop.example` and `shop.example` would be; `other.localhost` is another site.
 */

/** The port of the API. */
export const PORT = await portFrom('PORT', 3000);

/** The port of the pages; which page's origin it is depends on the host name. */
export const PAGES_PORT = await portFrom('PAGES_PORT', 3001);

/** The API. */
export const API = originOf('api.shop.localhost', PORT);

/** The pages of a shop. Most policies name this origin. */
export const SHOP = originOf('shop.localhost', PAGES_PORT);

/** The shop's staff has pages of its own. */
export const STAFF = originOf('staff.shop.localhost', PAGES_PORT);

/** Somebody else's pages. */
export const OTHER = originOf('other.localhost', PAGES_PORT);

/** The API's server once more, under a name of another site: where redirects of lesson 8 lead. */
export const PARTNER = originOf('partner.localhost', PORT);

/** The two of the classic, `foo.example` and `bar.other`. */
export const FOO = namedBy('FOO_ORIGIN') ?? originOf('foo.localhost', PAGES_PORT);
export const BAR = namedBy('BAR_ORIGIN') ?? originOf('bar.localhost', PORT);

/**
 * A port that an environment variable names, or the usual one, if that is free. Not 0: an origin has to be known before anybody
 * listens.
 */
async function portFrom(variable: string, otherwise: number): Promise<number> {
  if (process.env[variable] === undefined) return freePort(otherwise);
  const port = Number(process.env[variable]);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new RangeError(
    `${variable} is ${process.env[variable]}: write a port from 1 to 65535, such as ${otherwise}`,
  );
}

/** An origin that an environment variable names. It is for who can have the true names lead to this machine. */
function namedBy(variable: string): HttpOrigin | undefined {
  return process.env[variable] as HttpOrigin | undefined;
}
