import type { RunningSample } from '../../support/sample.js';
import { preflightHeaders, send, type WireRequest, type WireResponse } from '../../support/http.js';

/** An operator at a process of `sample/06-database`, and pages that call it. */
export class Operator {
  readonly port: number;
  readonly token: string;
  readonly pagesPort: string;

  constructor(readonly sample: RunningSample) {
    const dashboard = new URL(String(sample.urls['Dashboard']));
    this.port = Number(new URL(String(sample.urls['API'])).port);
    this.token = dashboard.hash.slice(1);
    this.pagesPort = dashboard.port;
  }

  /** The origin of the pages at a name. */
  originOf(name: string): string {
    return `http://${name}.localhost:${this.pagesPort}`;
  }

  /** Sends a request as the dashboard does. */
  operate(request: WireRequest, from = 'dashboard', word = this.token): Promise<WireResponse> {
    return send(this.port, {
      ...request,
      headers: { origin: this.originOf(from), authorization: `Bearer ${word}` },
    });
  }

  /** Changes a list. */
  change(method: 'PUT' | 'DELETE', customer: string, origin: string): Promise<WireResponse> {
    const path = `/customers/${customer}/origins?origin=${encodeURIComponent(origin)}`;
    return this.operate({ method, path });
  }

  /** The origins of each customer. */
  async lists(): Promise<Readonly<Record<string, readonly string[]>>> {
    const { body } = await this.operate({ path: '/customers' });
    const customers = JSON.parse(body) as readonly { slug: string; origins: readonly string[] }[];
    return Object.fromEntries(customers.map(({ slug, origins }) => [slug, origins]));
  }

  /** Sends the preflight of an order. */
  ask(origin: string, customer = 'acme', headers = 'content-type'): Promise<WireResponse> {
    return send(this.port, {
      method: 'OPTIONS',
      path: `/customers/${customer}/orders`,
      headers: preflightHeaders(origin, 'POST', headers),
    });
  }

  /** Places an order. */
  order(
    origin: string | undefined,
    customer = 'acme',
    json: object = { item: 'Glue' },
  ): Promise<WireResponse> {
    return send(this.port, {
      method: 'POST',
      path: `/customers/${customer}/orders`,
      headers: { 'content-type': 'application/json', ...(origin !== undefined && { origin }) },
      body: JSON.stringify(json),
    });
  }
}
