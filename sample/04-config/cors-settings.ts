import { ConfigService } from '@nestjs/config';
import type { CorsModuleOptions } from 'nestjs-cors';
import { dashboardPolicy } from '../shared/dashboard-policy.js';
import type { Pages } from '../shared/pages.js';

/** What the configuration says of CORS, as it is written there. */
export type CorsSettings = Readonly<Record<(typeof VARIABLES)[number], string>>;

const VARIABLES = ['CORS_ORIGINS', 'CORS_CREDENTIALS', 'CORS_MAX_AGE'] as const;

/** Picks the settings out of whatever may hold more and less than these. */
export function pickSettings(valueOf: (variable: string) => unknown): CorsSettings {
  return Object.fromEntries(
    VARIABLES.map((variable) => [variable, textOf(valueOf(variable))]),
  ) as CorsSettings;
}

/** As it stands in a file, where everything is text. */
function textOf(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The settings that are in ConfigService. */
export function settingsIn(config: ConfigService): CorsSettings {
  return pickSettings((variable) => config.get<string>(variable));
}

/**
 * The options that settings stand for. What is no number, no boolean or no origin stays as it was written: the library
 * refuses it, and says what to write instead.
 */
export function corsOptions(settings: CorsSettings, pages: Pages): CorsModuleOptions {
  const { CORS_ORIGINS: origins, CORS_CREDENTIALS: credentials, CORS_MAX_AGE: maxAge } = settings;
  return {
    origin: origins === '*' ? '*' : listOf(origins),
    credentials: credentials === '' ? undefined : (BOOLEANS.get(credentials) ?? credentials),
    maxAge: maxAge === '' ? undefined : /^\d+$/.test(maxAge) ? Number(maxAge) : maxAge,
    policies: { dashboard: dashboardPolicy(pages) },
  } as CorsModuleOptions;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/** `undefined` if there is nothing in it: then no policy but those of decorators allows anybody. */
function listOf(text: string): readonly string[] | undefined {
  const origins = text.split(/[\s,]+/).filter((origin) => origin !== '');
  return origins.length === 0 ? undefined : origins;
}
