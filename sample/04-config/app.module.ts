import { Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { CorsModule } from 'nestjs-cors';
import { OperatorToken } from '../shared/operator.guard.js';
import { Pages, PagesModule } from '../shared/pages.js';
import { WireLogModule } from '../shared/wire-log.module.js';
import { corsOptions, settingsIn } from './cors-settings.js';
import { LiveCors } from './live-cors.js';
import { ReportsController } from './reports.controller.js';
import { SETTINGS_FILE, SettingsFile } from './settings-file.js';
import { SettingsController } from './settings.controller.js';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, envFilePath: SETTINGS_FILE }),
    PagesModule.forFolder(new URL('page/', import.meta.url), ['app', 'beta']),
    CorsModule.forRootAsync({
      inject: [ConfigService, Pages],
      useFactory: (config: ConfigService, pages: Pages) => corsOptions(settingsIn(config), pages),
    }),
    WireLogModule,
  ],
  controllers: [ReportsController, SettingsController],
  providers: [LiveCors, SettingsFile, OperatorToken],
})
export class AppModule {}
