import { corsHeaders } from '../../support/cors-headers.js';
import { preflightHeaders, send, type WireRequest, type WireResponse } from '../../support/http.js';
import type { BesideApp } from './beside.js';

/** Who may read by the module's options. */
export const PAGE = 'https://app.example.com';
/** Who may read by an entry of `routes`. */
export const PARTNER = 'https://partner.example.com';
/** Who may read nothing. */
export const OTHER = 'https://other.example.net';

/** A request that the app answers, and answers alike each time. */
export interface Probe extends WireRequest {
  readonly path: string;
  /** What differs from answer to answer in its body. */
  readonly varies?: RegExp;
  /** What of the app runs for it. */
  readonly ran: readonly string[];
}

/** What one request has led to. */
export interface Seen {
  readonly status: number;
  readonly cors: object;
  readonly body: string;
  readonly ran: readonly string[];
}

/** What the requests of {@link observe} have led to, by their names. */
export type Observed = Readonly<Record<string, Seen>>;

/** From where each request comes. */
export const ORIGINS = [PAGE, PARTNER, OTHER, undefined] as const;

/** Sends each probe and its preflight from every origin. */
export async function observe(app: BesideApp, probes: readonly Probe[]): Promise<Observed> {
  const seen: Record<string, Seen> = {};
  for (const probe of probes) {
    for (const origin of ORIGINS) {
      seen[actualName(probe, origin)] = await actual(app, probe, origin);
      if (origin !== undefined) seen[preflightName(probe, origin)] = await preflight(app, probe, origin);
    }
  }
  return seen;
}

/** Sends a probe from an origin. */
export async function actual(app: BesideApp, probe: Probe, origin: string | undefined): Promise<Seen> {
  const { ran: _, varies, ...request } = probe;
  const headers = { ...request.headers, ...(origin !== undefined && { origin }) };
  const seen = await see(app, await send(app.port, { ...request, headers }));
  return varies === undefined ? seen : { ...seen, body: seen.body.replace(varies, '…') };
}

async function preflight(app: BesideApp, { path, method = 'GET' }: Probe, origin: string): Promise<Seen> {
  const headers = preflightHeaders(origin, method, 'content-type');
  return await see(app, await send(app.port, { method: 'OPTIONS', path, headers }));
}

async function see(app: BesideApp, response: WireResponse): Promise<Seen> {
  const { status, body } = response;
  return { status, cors: corsHeaders(response), body, ran: await app.ran() };
}

/** The name of an actual request in what was observed. */
export function actualName({ method = 'GET', path }: Probe, origin: string | undefined): string {
  return `${method} ${path} from ${origin ?? 'nowhere'}`;
}

/** The name of its preflight. */
export function preflightName(probe: Probe, origin: string): string {
  return `preflight of ${actualName(probe, origin)}`;
}

/** What was observed under a name. */
export function at(observed: Observed, name: string): Seen {
  const seen = observed[name];
  if (seen === undefined) throw new Error(`There was no ${name}.`);
  return seen;
}
