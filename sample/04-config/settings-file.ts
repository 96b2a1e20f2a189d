import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { pickSettings } from './cors-settings.js';
import { LiveCors } from './live-cors.js';

/** The file that ConfigModule reads when the app starts. */
export const SETTINGS_FILE =
  process.env['CORS_FILE'] ?? fileURLToPath(new URL('assets/cors.env', import.meta.url));

/** How often the file is looked at, in milliseconds. Unlike `fs.watch()`, this also works over a network. */
const INTERVAL = 250;

/** Reads the file again whenever it has been saved, and has its settings taken on. */
@Injectable()
export class SettingsFile implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Why it was refused when it was last read; empty if it was not. */
  refusal = '';
  private readonly logger = new Logger('SettingsFile');

  constructor(private readonly live: LiveCors) {}

  onApplicationBootstrap(): void {
    watchFile(SETTINGS_FILE, { interval: INTERVAL }, () => void this.read());
  }

  onApplicationShutdown(): void {
    unwatchFile(SETTINGS_FILE);
  }

  /**
   * Nobody waits for an answer here, so whatever is wrong goes to the log, and to the dashboard. A file that is caught half
   * saved counts as it is until the next look.
   */
  private async read(): Promise<void> {
    try {
      const variables = parseEnv(readFileSync(SETTINGS_FILE, 'utf8'));
      await this.live.change(pickSettings((variable) => variables[variable]));
      this.refusal = '';
    } catch (error) {
      this.refusal = error instanceof Error ? error.message : String(error);
      this.logger.error(this.refusal);
    }
  }
}
