import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { Inject, Injectable, Optional, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { auditTime, Observable, ReplaySubject, takeUntil } from 'rxjs';
import { CorsService } from '../cors.service.js';
import type { CorsEngine } from '../http/cors-engine.js';
import { CORS_ENGINE } from '../http/load-engine.js';
import { CORS_VERDICT_CHANNEL, type CorsVerdict } from '../verdicts/cors-verdict.js';

/** How long news may wait, in milliseconds, so that a flood of refusals is told of now and then. */
const INTERVAL = 500;

/** The app as the page sees it. From the start to the end of the app, its refusals are counted. */
@Injectable()
export class InspectedApp implements OnModuleInit, OnModuleDestroy {
  private readonly ended = new ReplaySubject<void>(1);
  private forget: (() => void) | undefined;

  constructor(
    // Missing where CorsModule is: the module says so at start.
    @Optional() @Inject(CorsService) readonly service: CorsService,
    @Inject(HttpAdapterHost) readonly host: HttpAdapterHost,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {}

  /** What the library has warned of at start: what does CORS beside it. */
  get warnings(): readonly string[] {
    return [...this.engine().warnings.texts];
  }

  /** Says that something has been refused, at most once in {@link INTERVAL}, until the app ends. */
  readonly changes = new Observable<void>((listener) => {
    const take = (message: unknown): void => {
      const { service, outcome, reportOnly } = message as CorsVerdict;
      if (service !== this.service) return;
      if (outcome === 'refused' || reportOnly?.difference !== undefined) listener.next();
    };
    subscribe(CORS_VERDICT_CHANNEL, take);
    return () => void unsubscribe(CORS_VERDICT_CHANNEL, take);
  }).pipe(auditTime(INTERVAL), takeUntil(this.ended));

  async onModuleInit(): Promise<void> {
    // Null in application contexts and microservices, whatever the type says.
    if (this.host.httpAdapter as unknown) this.forget = await this.engine().keepRefusals();
  }

  /**
   * Before the server closes, which waits for its streams: their responses end a few ticks later, and until then their connections
   * count for busy, so that those of Express would be waited for as long as it keeps them alive.
   */
  async onModuleDestroy(): Promise<void> {
    this.ended.next();
    this.forget?.();
    await setImmediate();
  }

  private engine(): CorsEngine {
    return this.moduleRef.get<CorsEngine>(CORS_ENGINE, { strict: false });
  }
}
