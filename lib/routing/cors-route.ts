import { RequestMethod } from '@nestjs/common';
import { match } from 'path-to-regexp';
import type { RegisteredRoute } from './nest-internals.js';

/** A route of the app, as policies and matchers know it. */
export interface CorsRoute extends Omit<RegisteredRoute, 'method' | 'hosts'> {
  /** The route's place among the app's routes, and the index of its policy. */
  readonly index: number;
  /** The method's name, or `ALL`. */
  readonly method: string;
  /** `Controller#handler`. */
  readonly where: string;
  /** Whether the controller is bound to hosts, of which `hostname` has to be one. */
  readonly servesHost: (hostname: string) => boolean;
  /** The hosts that the controller is bound to, as they were written. */
  readonly hosts: readonly string[];
}

/** Makes a route from what Nest is about to register. */
export function corsRoute(registered: RegisteredRoute, index: number): CorsRoute {
  const { controller, handlerName, hosts } = registered;
  return {
    ...registered,
    index,
    method: RequestMethod[registered.method] as string,
    where: `${controller.name}#${handlerName}`,
    hosts: hosts.map(String),
    servesHost: hosts.length === 0 ? anyHost : hostMatcher(hosts),
  };
}

function anyHost(): boolean {
  return true;
}

/** Nest compares a host pattern as if it were a path. */
function hostMatcher(hosts: readonly (string | RegExp)[]): (hostname: string) => boolean {
  const matchers = hosts.map((host) => {
    if (typeof host !== 'string') return (hostname: string) => hostname.match(host) !== null;
    const matches = match(host, { decode: false });
    return (hostname: string) => matches(hostname) !== false;
  });
  return (hostname) => matchers.some((matches) => matches(hostname));
}
