import { Injectable } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { CorsService } from 'nestjs-cors';
import { Pages } from '../shared/pages.js';
import { corsOptions, type CorsSettings } from './cors-settings.js';

/** Takes on other settings while the app runs: the only place that changes them. */
@Injectable()
export class LiveCors {
  constructor(
    private readonly config: ConfigService,
    private readonly cors: CorsService,
    private readonly pages: Pages,
  ) {}

  /**
   * Each request is answered by the settings that were in force when it came in.
   *
   * @throws CorsConfigurationError (the promise rejects) if they are refused; then nothing has changed, in ConfigService neither
   */
  async change(settings: CorsSettings): Promise<void> {
    await this.cors.update(corsOptions(settings, this.pages));
    for (const [variable, value] of Object.entries(settings)) this.config.set(variable, value);
  }
}
