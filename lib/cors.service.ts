import { Inject, Injectable } from '@nestjs/common';
import type { CorsAllowsOptions, CorsOptionsDelegate } from './doors/cors-doors.js';
import type { CorsExplainOptions, CorsExplanation, ExplainableRequest } from './explain/cors-explanation.js';
import type {
  CorsModuleOptions,
  CorsPolicyName,
  OriginString,
} from './policy/cors-policy-options.interface.js';
import type { CorsManifest } from './manifest/cors-manifest.js';
import type { CorsRouteReport } from './routing/route-report.js';
import type { CorsEngine } from './http/cors-engine.js';
import { CORS_ENGINE } from './http/load-engine.js';
import type { TrustedOriginsDelegate } from './trusted-origins/trusted-origins-delegate.js';
import type { CorsRefusal, CorsReportOnlyCount } from './verdicts/cors-refusal.js';
import type { CorsSuggestion } from './verdicts/cors-suggestion.js';

/**
 * Shows what is open to whom, says why a request is refused, and takes on other options while the app runs.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule, new FastifyAdapter());
 * await app.init();
 * for (const { method, path, policy } of app.get(CorsService).routes()) console.log(method, path, policy);
 * ```
 */
@Injectable()
export class CorsService {
  /** @internal */
  constructor(@Inject(CORS_ENGINE) private readonly engine: CorsEngine) {
    engine.service = this;
  }

  /**
   * Every route with its effective policy and, for each field, the layers that its value came from; then the entries of
   * `routes`, the module's default, which governs all paths that no entry covers, and the routes that others have registered
   * with the platform directly. A route that serves paths of several entries has a line for each.
   *
   * @returns a new list; empty in an app without HTTP
   * @throws Error if the app has not been initialized yet: call it after `app.init()` or `app.listen()`
   */
  routes(): readonly CorsRouteReport[] {
    return this.engine.report();
  }

  /**
   * The whole policy of the app as plain data, to be kept in a file with its sources, and compared with an earlier one: every
   * route, every entry of `routes` and the default, with the fields in force and the layers that they come from. Sorted, without
   * secrets, and the same on every machine and on both platforms where the policy is the same; see {@link CorsManifest}.
   *
   * It names origins, policies and controllers: what shows it to everybody tells everybody who is allowed.
   *
   * @returns a new manifest, of what is in force when it is made
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * const { changes } = await compareManifests(before, await app.get(CorsService).manifest());
   * ```
   */
  async manifest(): Promise<CorsManifest> {
    return this.engine.manifest();
  }

  /**
   * Says what becomes of a request, and why: the route and its policy, each step of the decision with its reason, the
   * closest allowed origin and what tells it apart, and the header fields with which the response will leave. Nothing is
   * sent and no handler runs. What decides is what decides live requests, so the two agree.
   *
   * Browsers hide from a script why CORS failed, so that a page can't find out what it may not read. The explanation
   * names origins, policies and controllers: a route that shows it to everybody tells everybody who is allowed.
   *
   * - Origin functions and sources are asked, as a live request would ask them. One that fails refuses, and is not
   *   logged: the explanation has the reason `source-failed`.
   * - To find the closest origin, the policy's list is walked once. For a million origins this takes below a second;
   *   keep it away from where strangers can ask.
   * - Where the app trusts a proxy, `X-Forwarded-Host` is not read, since it is not known who sent it: give `host`.
   * - What middlewares, plugins and hooks do with a request is not known. Of Fastify's route constraints only version
   *   and host are.
   *
   * @param request - what a client sends, as plain values; a request of Node, Fastify or Express fits
   * @param options - whose behaviour is to be explained, too: `{ engine: 'webkit' }` adds what WebKit makes of the answer, as
   *   `explanation.engine`: whether it accepts it, for how long it keeps a preflight, and in what it departs from the standard
   * @throws TypeError (the promise rejects) if the request is none, naming the part at fault, or there is no such engine,
   *   naming those that there are
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * const { allowed, message } = await app.get(CorsService).explain({
   *   method: 'OPTIONS',
   *   url: '/orders/7',
   *   headers: { origin: 'https://shop.example.com', 'access-control-request-method': 'DELETE' },
   * });
   * ```
   */
  async explain(request: ExplainableRequest, options?: CorsExplainOptions): Promise<CorsExplanation> {
    return this.engine.explain(request, options);
  }

  /**
   * Whether a policy allows an origin: the module's default, a named policy, or what governs a path. For what stands beside the
   * routes and has a check of its own, such as a server of another protocol, so that one list guards all of it.
   *
   * Where the policy is fixed, it is known at once. Where it has an origin function or a source, that is asked, as for a live
   * request: a source that throws, rejects or takes longer than its timeout refuses, and is logged. One that waits for the
   * guards is asked `mayAllow()`. The promise does not reject.
   *
   * **Always await it: `if (await cors.allows(…))`.** A promise counts for true in an `if`: without `await`, a policy with a function
   * or a source lets everybody in.
   *
   * It is about the policy alone: the app's own origin is allowed only if the policy says so. A path that is `unmanaged`, or
   * can be read as several with different policies, allows nobody.
   *
   * @param origin - the value of `Origin`; what is no serialized origin is not allowed, unless anybody is
   * @param options - which policy, and for which request
   * @returns a boolean, or a promise of one where the policy has an origin function or a source: await it in any case
   * @throws TypeError if `origin` is no string; a request without `Origin` need not be asked about
   * @throws `CorsConfigurationError` if the options are none, or name no policy
   * @throws Error if the app has not been initialized yet, or serves no HTTP: call it after `app.init()` or `app.listen()`
   *
   * @example
   * ```ts
   * const { origin } = request.headers;
   * if (origin !== undefined && !(await cors.allows(origin, { path: '/chat', request }))) refuse();
   * ```
   */
  allows(origin: string, options?: CorsAllowsOptions): boolean | Promise<boolean> {
    return this.engine.allows(origin, options);
  }

  /**
   * A policy as a function that other packages take in place of their own options: `cors`, `@fastify/cors`, socket.io's option
   * `cors`, and what is built on them. For what answers in front of Nest, or beside it on a server of its own. At the app's own
   * server, what this library seals counts in the end, whatever others set.
   *
   * Of a request that the policy allows, the options have the policy's fields; of another one, none. Where the policy has
   * `enforce`, a request of another origin is refused: the callback gets an error with the status 403.
   *
   * It may be made before the app starts; requests that come before get an error.
   *
   * @param policy - the name of a policy; without it, the module's default
   * @returns a function of a request and a callback, which is called later
   * @throws `CorsConfigurationError` if there is no policy of that name. Before the app has started, it does not start then;
   * later, no `update()` can take the policy away
   *
   * @example
   * ```ts
   * createServer().use(cors(app.get(CorsService).corsOptionsDelegate('partners')));
   * ```
   */
  corsOptionsDelegate(policy?: CorsPolicyName): CorsOptionsDelegate {
    return this.engine.optionsDelegate(policy);
  }

  /**
   * What has been refused since the app started, what was refused most often first: which origin, by which route, for which
   * reason, how often, and what was probably meant. With `refusals: true` or `debug: true` in the options.
   *
   * Whoever sends what, the rows take a megabyte at most. Where more different ones are refused than there are rows for, those that
   * were refused least often make room; see `CorsRefusal.atLeast`.
   *
   * @returns a promise of a new list
   * @throws Error (the promise rejects) if refusals are not counted, or the app has not been initialized yet
   *
   * @example
   * ```ts
   * for (const { origin, method, route, reason, count, hint } of await cors.refusals()) {
   *   console.log(`${count} x ${origin} ${method} ${route}: ${reason}`, hint?.message ?? '');
   * }
   * ```
   */
  async refusals(): Promise<readonly CorsRefusal[]> {
    return this.engine.refusals();
  }

  /**
   * What the fields in `reportOnly` would change if they were in force, and how often: which origins they would refuse, or allow,
   * where and why. Counted wherever a policy has `reportOnly`, in the same bounds as {@link CorsService.refusals}.
   *
   * @returns a promise of a new list; empty where nothing would change, or nothing is reported
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * for (const { origin, route, difference, reason, count } of await cors.reportOnly()) {
   *   console.log(`${origin} ${route} ${difference} (${reason}), ${count} times so far`);
   * }
   * ```
   */
  async reportOnly(): Promise<readonly CorsReportOnlyCount[]> {
    return this.engine.reportOnly();
  }

  /**
   * The smallest changes that would admit an origin wherever it has been refused, or `reportOnly` would refuse it, as code to paste:
   * what is lacking is added where the field in force comes from. Nothing is changed, and nothing is suggested that the check at
   * start refuses; then there is an `obstacle` instead. With `refusals: true`, `debug: true` or a `reportOnly` in the options.
   *
   * That an origin was refused does not say that it should be admitted: anybody can send one.
   *
   * @param origin - as `refusals()` has it
   * @returns a promise of a list, empty if nothing was refused
   * @throws Error (the promise rejects) if nothing is counted, or the app has not been initialized yet
   *
   * @example
   * ```ts
   * for (const { where, changes, obstacle } of await cors.suggest('https://new.example.com')) {
   *   console.log(where, obstacle ?? changes.map((change) => `${change.how} in ${change.where}: ${change.code}`));
   * }
   * ```
   */
  async suggest(origin: string): Promise<readonly CorsSuggestion[]> {
    return this.engine.suggest(origin);
  }

  /**
   * Takes on other options while the app runs: all of them, in place of those in force. Decorators stay, and are merged
   * with the new options as they were with the old ones.
   *
   * The options are copied at once, checked and compiled in slices, between which the app answers requests, and then
   * exchanged in one step: each request is answered by the options that were in force when it came in, preflight and actual
   * request each for itself. Calls of this and of {@link CorsService.addOrigins} and {@link CorsService.removeOrigins} are
   * carried out one after the other, in the order in which they were made: of several updates the last one counts, and one
   * that is refused leaves what was in force before it. With replicas, each has to be told.
   *
   * Of a list of origins, what stood in the list in the same place before is not checked again, and in the same order takes
   * next to no time; a million origins, of which some have come and gone, take some tens of milliseconds.
   *
   * An app whose routes had no source with `after: 'guards'` when it started cannot get one: what asks it had to be
   * registered then. Browsers keep what preflights have said for as long as `maxAge` says.
   *
   * @param options - what `CorsModule.forRoot()` takes, also where the options came from `forRootAsync()`; copied
   * @returns a promise that resolves when the options are in force
   * @throws `CorsConfigurationError` (the promise rejects) with everything that is refused; then nothing has changed
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * await cors.update({ ...cors.current(), origin: await this.settings.allowedOrigins() });
   * ```
   */
  async update(options: CorsModuleOptions): Promise<void> {
    await this.engine.update(options);
  }

  /**
   * Checks options as {@link CorsService.update} does, and changes nothing: for options that are to be stored, or sent to other
   * replicas, before anybody takes them on. It is carried out in the order of the calls, as updates are.
   *
   * @param options - as for `update()`; copied
   * @returns a promise that resolves if `update()` would take them on
   * @throws `CorsConfigurationError` (the promise rejects) with everything that is refused
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * await cors.check({ ...cors.current(), origin: settings.origins });
   * await this.settings.save(settings);
   * ```
   */
  async check(options: CorsModuleOptions): Promise<void> {
    await this.engine.check(options);
  }

  /**
   * Adds origins to the list in the module's options, as if they stood at its end: for a customer who has a domain now. What
   * depends on the list follows: routes and entries that inherit it, and those that extend or restrict it. Lists of their
   * own, of decorators, named policies and entries of `routes`, stay as they are. `routes()`, `explain()` and `current()` show
   * it; an `update()` later on replaces the list with the one that it is given, as `{ ...cors.current() }` has it.
   *
   * All of them are checked as at start, and either all are added, in one step, or none. They are allowed from then on, to
   * requests that are still being answered as well. One that is there already stays where it is. In a list of more than a
   * thousand, exact origins take some microseconds each. It takes as long as an `update()` to add a pattern, or to add to a
   * list that is shorter, that a layer extends or restricts, or that stands elsewhere in the options as well.
   *
   * @param origins - exact origins and patterns, or a single one; copied. For expressions, functions and sources there is
   * `update()`
   * @returns a promise that resolves when they are allowed; see {@link CorsService.update} for the order of several calls
   * @throws `CorsConfigurationError` (the promise rejects) with everything that is refused: what would be at start, and
   * anything beside `'*'`; then nothing has changed
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * await cors.addOrigins('https://shop.customer.example');
   * ```
   */
  async addOrigins(origins: OriginString | readonly OriginString[]): Promise<void> {
    await this.engine.changeOrigins(origins, true);
  }

  /**
   * Removes origins from the list in the module's options, exact ones and patterns as they were written. All else is as with
   * {@link CorsService.addOrigins}; lists of their own, which may have the same origins, stay as they are. One that is not in the
   * list is nothing to remove, so that a call can be repeated.
   *
   * Browsers keep what preflights have said for as long as `maxAge` says.
   *
   * @param origins - as they stand in the list; copied
   * @returns a promise that resolves when they are no longer allowed
   * @throws `CorsConfigurationError` (the promise rejects) if nothing would be left, or if another entry of the list still allows
   * one of them, `'*'`, a pattern or an expression; then nothing has changed. What functions and sources say is not asked
   * @throws Error (the promise rejects) if the app has not been initialized yet, or serves no HTTP
   *
   * @example
   * ```ts
   * await cors.removeOrigins('https://shop.customer.example');
   * ```
   */
  async removeOrigins(origins: OriginString | readonly OriginString[]): Promise<void> {
    await this.engine.changeOrigins(origins, false);
  }

  /**
   * Checks what is to be kept where an origin source looks it up, in a database for instance. There it is compared with the
   * request's `Origin` as a text, so it has to be written as browsers send it: one exact origin. Anything else would allow
   * nobody, which nobody would notice before a page is refused.
   *
   * @param origin - what somebody has typed in
   * @returns a promise of the same, if it is one, such as `https://app.example.com`
   * @throws `CorsConfigurationError` (the promise rejects) if it is none: `*`, `null`, `file://` and patterns are refused as well;
   *   `problems[0].fix` says what to write instead
   *
   * @example
   * ```ts
   * await this.partners.insert({ origin: await cors.checkOrigin(body.origin) });
   * ```
   * @see HTML, "serialization of an origin"
   */
  async checkOrigin(origin: unknown): Promise<string> {
    return this.engine.checkOrigin(origin);
  }

  /**
   * The options in force: those that the module was registered with, or the last ones that `update()` has taken on, with the
   * origins that were added and removed since.
   * `update(current())` changes nothing.
   *
   * @returns a deep, frozen copy; functions, regular expressions, classes and sources are those that were given
   * @throws Error if the app has not been initialized yet, or serves no HTTP
   */
  current(): CorsModuleOptions {
    return this.engine.options() as CorsModuleOptions;
  }

  /**
   * The origins that another protection against CSRF is to trust, such as Nest's `enableCsrfProtection({ trustedOrigins })`:
   * `publicOrigins`, and the exact origins that a policy allows. One policy, since such a protection knows no routes: what one
   * route alone allows would be trusted on all of them.
   *
   * It may be called as soon as the app has been made, and has to be, for Nest: in front of `app.init()`. It is a list: patterns,
   * expressions, functions, sources, `'*'`, `'null'` and `'file://'` cannot be in it, and are named in a warning, once. Nor does what
   * has been given it follow an `update()`: an origin that is removed is trusted until the app starts anew. `enforce: 'unsafe'` knows
   * no such limits.
   *
   * @param policyName - a policy of `policies`, on top of the module's options; by default the module's options alone
   * @returns a promise of a new list, the app's own origins first
   * @throws `CorsConfigurationError` (the promise rejects) if there is no policy of that name, or the app would not start with the
   *   options
   *
   * @example
   * ```ts
   * const app = await NestFactory.create(AppModule);
   * app.enableCsrfProtection({ trustedOrigins: await app.get(CorsService).trustedOrigins() });
   * await app.listen(3000);
   * ```
   */
  async trustedOrigins(policyName?: CorsPolicyName): Promise<string[]> {
    return this.engine.trustedOrigins(policyName);
  }

  /**
   * {@link CorsService.trustedOrigins} for who asks of each request, as better-auth does with its option `trustedOrigins`: the same
   * list, and the request's origin, if the policy allows that by a pattern, an expression, a function or a source. It follows
   * `update()`, `addOrigins()` and `removeOrigins()`.
   *
   * Functions and sources are asked once for each request, as a live one asks them: what fails, or takes too long, trusts nobody,
   * and is logged. Sources that decide after the guards trust nobody, since none have run. Nor does `'*'`, which is warned of.
   *
   * @param policyName - as in {@link CorsService.trustedOrigins}
   * @returns a function that never rejects; see {@link TrustedOriginsDelegate}
   * @throws `CorsConfigurationError` if there is no policy of that name
   *
   * @example
   * ```ts
   * betterAuth({ trustedOrigins: cors.trustedOriginsDelegate('partners') });
   * ```
   */
  trustedOriginsDelegate(policyName?: CorsPolicyName): TrustedOriginsDelegate {
    return this.engine.trustedOriginsDelegate(policyName);
  }
}
