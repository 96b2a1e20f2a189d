import { BlockList, isIP } from 'node:net';
import { ForbiddenException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** What is read of a request to tell where it comes from. */
export interface ArrivedRequest {
  readonly socket: { readonly remoteAddress?: string | undefined };
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/** What proxies add: then the socket says where the proxy is, and nothing of who asks. */
const FORWARDED = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/** Whether an address is one of this machine's own; those of IPv4 may stand in one of IPv6. */
export function isLoopback(address: string | undefined): boolean {
  const plain = (address ?? '').replace(/^::ffff:/i, '');
  const version = isIP(plain);
  return version !== 0 && LOOPBACK.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/**
 * Whether a request comes from a browser or program on this machine. The address of the socket says so. What headers say can only
 * speak against it: that somebody has forwarded the request, or that a page of strangers has given its own name this machine's
 * address (DNS rebinding), and so is of one origin with the app; or that such a page, left where it is, makes a browser ask.
 */
export function isFromThisMachine({ socket, headers }: ArrivedRequest): boolean {
  return (
    isLoopback(socket.remoteAddress) &&
    FORWARDED.every((name) => headers[name] === undefined) &&
    namesThisMachine(headers['host'] ?? headers[':authority']) &&
    !isSentByOtherSite(headers)
  );
}

/** Whether a script or an element of another page has sent it, which could make the app work; a link to the page is none of these. */
function isSentByOtherSite(headers: ArrivedRequest['headers']): boolean {
  const site = headers['sec-fetch-site'];
  return (
    site !== undefined &&
    site !== 'same-origin' &&
    site !== 'none' &&
    headers['sec-fetch-dest'] !== 'document'
  );
}

function namesThisMachine(host: string | readonly string[] | undefined): boolean {
  if (typeof host !== 'string' || !URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return /^(?:.+\.)?localhost$/.test(hostname) || isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}

/** Lets nobody in but this machine: the guard of an inspector that has none. */
export const LOOPBACK_GUARD: CanActivate = {
  canActivate(context: ExecutionContext): true {
    if (isFromThisMachine(context.switchToHttp().getRequest<ArrivedRequest>())) return true;
    throw new ForbiddenException(
      'Without a guard, the CORS inspector answers this machine alone, by a name of its own such as localhost: ' +
        'give CorsInspectorModule.forRoot() a guard',
    );
  },
};
