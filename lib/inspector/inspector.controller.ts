import { readFile } from 'node:fs/promises';
import {
  Controller,
  Get,
  Inject,
  Req,
  Res,
  Sse,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type MessageEvent,
  type Type,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { NoCors } from '../decorators/no-cors.decorator.js';
import type { CorsManifest } from '../manifest/cors-manifest.js';
import { compareManifests } from '../manifest/manifest-comparison.js';
import { normalizeMethod } from '../protocol/names.js';
import { SCRIPT, STYLE } from './assets.js';
import { differencesView, type Compared } from './differences-view.js';
import { explainView, requestsOf, type AskedRequest, type Explained } from './explain-view.js';
import type { Html } from './html.js';
import { InspectedApp } from './inspected-app.js';
import { INSPECTOR_OPTIONS, type CorsInspectorOptions } from './inspector-options.js';
import { renderPage, VIEWS, type View } from './page.js';
import { refusalsView } from './refusals-view.js';
import { routesView } from './routes-view.js';

/** What goes with all that the page consists of, whatever else the app sends. */
const FIELDS: Readonly<Record<string, string>> = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** Makes the controller of a page: at a path, behind a guard, in all versions, and closed. */
export function inspectorController(path: string, guard: Type<CanActivate> | CanActivate): Type {
  @Controller({ path, version: VERSION_NEUTRAL })
  @UseGuards(guard)
  @NoCors()
  class CorsInspectorController extends InspectorPages {}
  return CorsInspectorController;
}

/** What the page and its parts answer. Written by the platform itself, so that no interceptor of the app wraps it up. */
class InspectorPages {
  constructor(
    @Inject(InspectedApp) private readonly app: InspectedApp,
    @Inject(INSPECTOR_OPTIONS) private readonly options: CorsInspectorOptions,
  ) {}

  @Get()
  async page(@Req() { url }: { readonly url: string }, @Res() response: unknown): Promise<void> {
    const [path = '', query] = url.split('?', 2);
    const params = new URLSearchParams(query);
    const asked = params.get('view') ?? '';
    const view = Object.hasOwn(VIEWS, asked) ? (asked as View) : 'routes';
    const content = await this[view](params);
    // Relative to the page, which may be below anything.
    const base = `./${path.slice(path.lastIndexOf('/') + 1)}`;
    this.send(response, 'text/html', renderPage({ view, base, content }).markup);
  }

  @Get('inspector.js')
  script(@Res() response: unknown): void {
    this.send(response, 'text/javascript', SCRIPT);
  }

  @Get('inspector.css')
  style(@Res() response: unknown): void {
    this.send(response, 'text/css', STYLE);
  }

  /** Says that there is something new, and not what: that is asked for as everything is, past the guard. */
  @Sse('events')
  events(): Observable<MessageEvent> {
    return this.app.changes.pipe(map(() => ({ data: 'refused' })));
  }

  private routes(params: URLSearchParams): Html {
    const search = params.get('q')?.trim() ?? '';
    const query = { search, only: params.get('only') ?? 'all', page: Number(params.get('page')) || 1 };
    return routesView(this.app.service.routes(), this.app.warnings, query);
  }

  private async explain(params: URLSearchParams): Promise<Html> {
    const path = params.get('path') ?? undefined;
    const [origin, method, headers] = ['origin', 'method', 'headers'].map((name) => params.get(name) ?? '');
    const query = {
      origin: origin?.trim() ?? '',
      method: normalizeMethod(method?.trim() || 'GET'),
      headers: headers ?? '',
    };
    if (path === undefined) return explainView({ ...query, path });
    return explainView({ ...query, path }, await this.explained({ ...query, path: path.trim() }));
  }

  private async explained(asked: AskedRequest): Promise<Explained> {
    const { preflight, actual } = requestsOf(asked);
    try {
      const { service } = this.app;
      return {
        preflight: preflight && (await service.explain(preflight)),
        actual: await service.explain(actual),
      };
    } catch (error) {
      // What was written is no request, and the message says why.
      if (error instanceof TypeError) return { error: error.message };
      throw error;
    }
  }

  private async refusals(): Promise<Html> {
    const { service } = this.app;
    return refusalsView(await service.refusals(), await service.reportOnly());
  }

  private async differences(): Promise<Html> {
    const { manifest } = this.options;
    return differencesView(
      typeof manifest === 'string' ? manifest : 'the manifest',
      manifest === undefined ? undefined : await this.compared(manifest),
    );
  }

  private async compared(manifest: string | CorsManifest): Promise<Compared> {
    try {
      const before = typeof manifest === 'string' ? await readJson(manifest) : manifest;
      return { comparison: await compareManifests(before, await this.app.service.manifest()) };
    } catch (error) {
      const name = typeof manifest === 'string' ? manifest : 'manifest';
      return { error: `${name} cannot be compared with: ${(error as Error).message}` };
    }
  }

  private send(response: unknown, type: string, body: string): void {
    const { httpAdapter } = this.app.host;
    for (const [name, value] of Object.entries(FIELDS)) httpAdapter.setHeader(response, name, value);
    httpAdapter.setHeader(response, 'Content-Type', `${type}; charset=utf-8`);
    httpAdapter.reply(response, body, 200);
  }
}

async function readJson(path: string): Promise<CorsManifest> {
  return JSON.parse(await readFile(path, 'utf8')) as CorsManifest;
}
