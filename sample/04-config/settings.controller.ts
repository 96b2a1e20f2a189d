import { Body, Controller, Get, Put, UseFilters, UseGuards } from '@nestjs/common';
import { ConfigService } from '@nestjs/config';
import { CorsService, UseCorsPolicy } from 'nestjs-cors';
import { CorsConfigurationFilter } from '../shared/cors-configuration.filter.js';
import { OperatorGuard } from '../shared/operator.guard.js';
import { pickSettings, settingsIn } from './cors-settings.js';
import { LiveCors } from './live-cors.js';
import { SETTINGS_FILE, SettingsFile } from './settings-file.js';

/** What the dashboard calls. */
@Controller('settings')
@UseGuards(OperatorGuard)
@UseCorsPolicy('dashboard')
@UseFilters(CorsConfigurationFilter)
export class SettingsController {
  constructor(
    private readonly config: ConfigService,
    private readonly cors: CorsService,
    private readonly file: SettingsFile,
    private readonly live: LiveCors,
  ) {}

  /** What ConfigService says, and what is in force. */
  @Get()
  show() {
    const { policies: _others, ...inForce } = this.cors.current();
    return {
      settings: settingsIn(this.config),
      inForce,
      file: SETTINGS_FILE,
      refusalOfFile: this.file.refusal,
    };
  }

  /** Takes on settings until the app ends, or until the file is saved. What is refused is answered with 400. */
  @Put()
  async change(@Body() settings: Readonly<Record<string, unknown>> = {}) {
    await this.live.change(pickSettings((variable) => settings[variable]));
    return this.show();
  }
}
