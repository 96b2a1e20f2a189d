import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

/** A request as a browser sends it for a page, and how often, in seconds. */
interface Visit {
  readonly every: number;
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  /** What a preflight asks for; without it the request is an actual one. */
  readonly asks?: Readonly<Record<string, string>>;
}

const VISITS: readonly Visit[] = [
  { every: 1, origin: 'http://www.shop.localhost:8080', method: 'GET', path: '/orders' },
  { every: 1, origin: 'https://www.shop.localhost:8080', method: 'GET', path: '/orders' },
  { every: 2, origin: 'http://old.shop.localhost:8080', method: 'GET', path: '/orders' },
  { every: 3, origin: 'http://shop.localhost:8080', method: 'GET', path: '/orders' },
  {
    every: 4,
    origin: 'http://www.shop.localhost:8080',
    method: 'OPTIONS',
    path: '/orders/7',
    asks: { method: 'PUT', headers: 'x-csrf-tokn' },
  },
  {
    every: 5,
    origin: 'http://www.shop.localhost:8080',
    method: 'OPTIONS',
    path: '/orders/7',
    asks: { method: 'DELETE' },
  },
];

/** Stands for the browsers of a shop's visitors, so that there is something to see. */
@Injectable()
export class Visitors implements OnApplicationShutdown {
  private readonly timers: NodeJS.Timeout[] = [];

  /** Sends each request once, and then again and again. */
  async come(api: string): Promise<void> {
    await Promise.all(VISITS.map((visit) => send(api, visit)));
    for (const visit of VISITS) {
      this.timers.push(setInterval(() => void send(api, visit).catch(() => {}), visit.every * 1000));
    }
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }
}

async function send(api: string, { origin, method, path, asks = {} }: Visit): Promise<void> {
  const asked = Object.entries(asks).map(([name, value]) => [`access-control-request-${name}`, value]);
  const response = await fetch(api + path, { method, headers: { origin, ...Object.fromEntries(asked) } });
  await response.arrayBuffer();
}
