import { RequestMethod } from '@nestjs/common';
import { match } from 'path-to-regexp';
import type { HostPattern, RegisteredRoute } from './nest-internals.js';

/** What a route's host filter reads of a request. */
interface HostedRequest {
  /** The host without the port, as the platform reports it. */
  readonly hostname?: string;
}

/** A route of the app, as policies and matchers know it. */
export interface CorsRoute extends Omit<RegisteredRoute, 'method' | 'hosts'> {
  /** The route's place among the app's routes, and the index of its policy. */
  readonly index: number;
  /** The method's name, or `ALL`. */
  readonly method: string;
  /** `Controller#handler`. */
  readonly where: string;
  /** Whether its path has parameters, none of which may be empty. */
  readonly hasParameters: boolean;
  /** Whether the request is for one of the hosts that the controller is bound to; always so if it is bound to none. */
  readonly servesHost: (request: HostedRequest) => boolean;
  /** The hosts that the controller is bound to, as they were written. */
  readonly hosts: readonly string[];
}

/** Makes a route from what Nest is about to register. */
export function corsRoute(registered: RegisteredRoute, index: number): CorsRoute {
  const { controller, handlerName, handler, decorated, method, path, version, hosts } = registered;
  return {
    controller,
    handlerName,
    handler,
    decorated,
    path,
    version,
    index,
    method: RequestMethod[method],
    where: `${controller.name}#${handlerName}`,
    hasParameters: path.includes(':'),
    hosts: hosts.length === 0 ? NO_HOSTS : hosts.map(String),
    servesHost: hosts.length === 0 ? anyHost : hostFilter(hosts),
  };
}

/** Those of most controllers. */
const NO_HOSTS: readonly string[] = [];

/** Takes the request and not its host, which platforms compute anew whenever they are asked for it. */
function anyHost(): boolean {
  return true;
}

/** Nest compares a host pattern as if it were a path. */
function hostFilter(hosts: readonly HostPattern[]): CorsRoute['servesHost'] {
  const matchers = hosts.map((host) => {
    if (typeof host !== 'string') return (hostname: string) => hostname.search(host) !== -1;
    const matches = match(host, { decode: false });
    return (hostname: string) => matches(hostname) !== false;
  });
  return ({ hostname = '' }) => matchers.some((matches) => matches(hostname));
}
