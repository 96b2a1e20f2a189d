import type { WireResponse } from './http.js';

/**
 * Every header of a response that belongs to the CORS protocol, and its `Vary`, by lower-case name. Compared with
 * `toEqual`, it demands the expected ones *and* forbids any other; a header that was sent twice shows as a list.
 */
export function corsHeaders({ lines }: WireResponse): Record<string, string | readonly string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    if (key === 'vary' || key.startsWith('access-control-')) (found[key] ??= []).push(value);
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, values]) => [
      name,
      values.length === 1 ? (values[0] as string) : values,
    ]),
  );
}

/** Short names, as the standard's readers know them. */
const FULL_NAMES = {
  acao: 'access-control-allow-origin',
  acac: 'access-control-allow-credentials',
  aceh: 'access-control-expose-headers',
  acam: 'access-control-allow-methods',
  acah: 'access-control-allow-headers',
  acma: 'access-control-max-age',
  vary: 'vary',
} as const;

/** The expected result of {@link corsHeaders}, written short. */
export function expected(
  headers: Partial<Record<keyof typeof FULL_NAMES, string | readonly string[]>>,
): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [FULL_NAMES[name as keyof typeof FULL_NAMES], value]),
  );
}

/** What an approved or refused preflight varies on. */
export const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';
