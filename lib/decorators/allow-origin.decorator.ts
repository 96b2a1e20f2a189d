import type {
  AllowOriginOptions,
  AnonymousAccessOptions,
  CredentialedAccessOptions,
  OriginOption,
} from '../policy/cors-policy-options.interface.js';
import { isOptionsObject } from '../policy/options-object.js';
import { corsDecorator, type CorsDecorator } from './cors-decorator.js';

type AnonymousOptions = Omit<Extract<AllowOriginOptions, AnonymousAccessOptions>, 'origin'>;
type CredentialedOptions = Omit<Extract<AllowOriginOptions, CredentialedAccessOptions>, 'origin'>;

/**
 * Says who may read the responses of a controller or a handler.
 *
 * What it leaves out comes from the layer around it: a handler's from its controller, a controller's from the module's
 * options. It has no effect without `CorsModule`, which the app says when it starts.
 *
 * @param args - origins, then optionally the options: `credentials`, `exposedHeaders`, `enforce`, `merge` and
 * `dangerously`
 * @throws `CorsConfigurationError` when the app starts, if anything in it is refused
 * @see Fetch, "HTTP responses": `Access-Control-Allow-Origin`, `-Allow-Credentials`, `-Expose-Headers`
 *
 * @example Some origins, with cookies
 * ```ts
 * @AllowOrigin('https://app.example.com', 'https://*.preview.example.com', { credentials: true })
 * ```
 *
 * @example Everybody, without cookies
 * ```ts
 * @AllowOrigin('*', { credentials: false, exposedHeaders: ['x-request-id'] })
 * ```
 *
 * @example As one object
 * ```ts
 * @AllowOrigin({ origin: PartnerOrigins, enforce: true })
 * ```
 *
 * @example One origin more than the controller allows
 * ```ts
 * @AllowOrigin('https://admin.example.com', { merge: 'extend' })
 * ```
 */
export function AllowOrigin(options: AllowOriginOptions): CorsDecorator;
export function AllowOrigin(...origins: readonly ['*']): CorsDecorator;
export function AllowOrigin(...args: readonly ['*', AnonymousOptions]): CorsDecorator;
export function AllowOrigin(...origins: readonly [OriginOption, ...OriginOption[]]): CorsDecorator;
export function AllowOrigin(
  ...args: readonly [OriginOption, ...OriginOption[], AnonymousOptions | CredentialedOptions]
): CorsDecorator;
export function AllowOrigin(...args: readonly unknown[]): CorsDecorator {
  const last = args.at(-1);
  if (!isOptionsObject(last)) return corsDecorator('allowOrigin', { origin: args });
  if (args.length === 1) return corsDecorator('allowOrigin', last);
  // The types know no `origin` beside origins; from JavaScript it must not get lost.
  const origin = [...args.slice(0, -1), ...[last['origin'] ?? []].flat()];
  return corsDecorator('allowOrigin', { ...last, origin });
}
