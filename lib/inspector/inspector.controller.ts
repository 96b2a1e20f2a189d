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
import { SCRIPT, STYLE } from './assets.js';
import { differencesView } from './differences-view.js';
import {
  askedIn,
  engineIn,
  explainView,
  requestsOf,
  type AskedRequest,
  type Explained,
} from './explain-view.js';
import type { Html } from './html.js';
import { InspectedApp } from './inspected-app.js';
import { INSPECTOR_OPTIONS, type CorsInspectorOptions } from './inspector-options.js';
import { alertOf, renderPage, VIEWS, type View } from './page.js';
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
    // Relative to the page, which may be below anything, and have a slash at its end where the router lets it.
    const name = path.slice(path.lastIndexOf('/') + 1);
    const base = name === '' ? '.' : `./${name}`;
    this.send(response, 'text/html', renderPage(view, base, content).markup);
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
    return routesView(this.app.service.routes(), this.app.warnings, params);
  }

  private async explain(params: URLSearchParams): Promise<Html> {
    const asked = askedIn(params);
    return explainView(asked, asked.path === '' ? undefined : await this.explained(asked));
  }

  private async explained(asked: AskedRequest): Promise<Explained> {
    const { service } = this.app;
    const { preflight, actual } = requestsOf(asked);
    const options = engineIn(asked);
    try {
      return {
        preflight: preflight && (await service.explain(preflight, options)),
        actual: await service.explain(actual, options),
      };
    } catch (error) {
      // What was written is no request, and the message says why.
      if (error instanceof TypeError) return error;
      throw error;
    }
  }

  private async refusals(): Promise<Html> {
    const { service } = this.app;
    return refusalsView(await service.refusals(), await service.reportOnly());
  }

  private async differences(): Promise<Html> {
    const { manifest } = this.options;
    const source = typeof manifest === 'string' ? manifest : 'the manifest';
    try {
      const before = typeof manifest === 'string' ? await readJson(manifest) : manifest;
      return differencesView(
        source,
        before && (await compareManifests(before, await this.app.service.manifest())),
      );
    } catch (error) {
      return alertOf(`${source} cannot be compared with: ${(error as Error).message}`);
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
