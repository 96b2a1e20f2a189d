import type {
  OriginFunction,
  OriginSource,
  OriginSourceAfterGuards,
  OriginSourceClass,
} from './origin-source.js';

/**
 * A serialized origin (`https://app.example.com`, `http://localhost:3000`, `capacitor://localhost`, `app://.`) or a
 * pattern:
 *
 * - `https://*.example.com`: exactly one more DNS label, so `https://a.example.com`, but neither
 *   `https://a.b.example.com` nor `https://example.com`;
 * - `https://**.example.com`: one more label or several, never `https://example.com`;
 * - `http://localhost:*`: any port, none included.
 *
 * The type asks for a scheme, so that `'*'` and `'example.com'` are no origins to the compiler. `originsFrom()` reads a list
 * out of an environment variable.
 *
 * @see HTML, "serialization of an origin"
 */
export type OriginString = `${string}://${string}`;

/**
 * One entry of `origin` other than `'*'`.
 *
 * - {@link OriginString}: an origin or a pattern.
 * - `'null'`: the opaque origin (sandboxed frames, `file:` pages, tainted redirects). Refused unless
 *   `dangerously: { nullOrigin: true }`.
 * - `'file://'`: what pages in files have in shells that give them access to other files. Refused unless
 *   `dangerously: { fileOrigin: true }`.
 * - `RegExp`: always matched against the whole origin; the flags `g`, `y` and `m` have no effect. Judged by what it
 *   matches: refused if that is no origin at all, or one of a site that anyone can have, if it can take long, or if it
 *   has a dot without a backslash.
 * - a function: asked while the request waits. See {@link OriginFunction}.
 * - an {@link OriginSource} or {@link OriginSourceAfterGuards}: its class, whose instance Nest's injector has, or the
 *   source itself, such as `cachedOrigins(…)`. Strings and symbols are no tokens here: provide it under a class, which
 *   may be abstract.
 */
export type OriginOption =
  | OriginString
  | 'null'
  | RegExp
  | OriginFunction
  | OriginSourceClass
  | OriginSource
  | OriginSourceAfterGuards;

/** The places of a list that are judged one by one. */
type JudgedPlace =
  | (0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 | 13 | 14 | 15)
  | (16 | 17 | 18 | 19 | 20 | 21 | 22 | 23 | 24 | 25 | 26 | 27 | 28 | 29 | 30 | 31);

/**
 * A list whose elements the compiler does not know, such as one of a setting. What it does know of the list, as where it is
 * written out, it judges all the same: a property for a place makes it take a list in brackets for a tuple.
 */
type ListOfStrings<T> = readonly (T | string)[] & FirstElements<T>;
type FirstElements<T> = { readonly [Place in JudgedPlace]?: T };

/**
 * A value, or a list of them. What is written out is judged by the compiler; a list of which it knows no more than that it is
 * one of strings (`string[]`), as one that comes from configuration, by the start-up check.
 */
export type OneOrMany<T> = T | readonly T[] | ListOfStrings<T>;

type Alphanumeric =
  | (
      | 'a'
      | 'b'
      | 'c'
      | 'd'
      | 'e'
      | 'f'
      | 'g'
      | 'h'
      | 'i'
      | 'j'
      | 'k'
      | 'l'
      | 'm'
      | 'n'
      | 'o'
      | 'p'
      | 'q'
      | 'r'
      | 's'
      | 't'
      | 'u'
      | 'v'
      | 'w'
      | 'x'
      | 'y'
      | 'z'
    )
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9';

/** Distributes, since messages of the compiler then call the result by its name, and do not list it. */
type BeginningWith<First extends string> = First extends First ? `${First}${string}` : never;

/** A response header's name, which begins with a letter or a digit. Spelled so that `'*'` is none. */
export type HeaderName = BeginningWith<Alphanumeric | Uppercase<Alphanumeric>>;

// What the options take, under names that say in messages of the compiler which option does not take a value.
type MethodsOption = OneOrMany<string>;
type AllowedHeadersOption = OneOrMany<string>;
type ExposedHeadersOption = OneOrMany<string>;
type ExposedHeadersWithCredentials = OneOrMany<HeaderName>;
type PublicOriginsOption = OneOrMany<OriginString>;

/**
 * Ways around a refusal, each with its price. They are named so that a reviewer stops at them.
 */
export interface DangerousOptions {
  /**
   * Lets `http://` origins other than loopback and `localhost` read responses with credentials. Whoever controls the
   * network between a user and such a page can put a script into it, and that script then acts with the user's
   * cookies on this API.
   *
   * @defaultValue `false`
   */
  readonly insecureOrigins?: boolean | undefined;
  /**
   * Lets a pattern stand directly below a public suffix, as in `https://*.github.io`. Anybody can register a name
   * there, so anybody can write a page whose origin matches. There is no such way for regular expressions.
   *
   * @defaultValue `false`
   */
  readonly publicSuffixes?: boolean | undefined;
  /**
   * Lets the opaque origin `null` be listed. Any page can take it on by running its script in a sandboxed frame.
   *
   * @defaultValue `false`
   */
  readonly nullOrigin?: boolean | undefined;
  /**
   * Lets `'file://'` be listed. Browsers give pages in files the opaque origin, but some shells, and browsers that were
   * told to give such pages access to files, send `file://` for every one of them, whoever has written it: whatever the
   * user has downloaded and opens then reads what the app's own page reads.
   *
   * @defaultValue `false`
   */
  readonly fileOrigin?: boolean | undefined;
}

/** The fields of a policy whose rules do not depend on `credentials`. */
export interface CommonPolicyOptions {
  /**
   * Methods that a preflight may approve, byte for byte (`PATCH`, not `patch`). GET, HEAD and POST need no listing and
   * cannot be withheld: the standard safelists them. `'*'` is any method but the forbidden ones; the answer still
   * names the requested one.
   *
   * @defaultValue the methods that the app serves at the route's path; none beside GET, HEAD and POST where no route is
   * @see Fetch, "CORS-safelisted method" and "CORS-preflight fetch"
   */
  readonly methods?: MethodsOption | undefined;
  /**
   * Request headers that a preflight may approve, in any case. `'*'` is any header but `Authorization`, which must be
   * listed by name beside it; the answer still names the requested ones.
   *
   * @defaultValue `authorization`, `content-type`, and the names in the handler's `@Headers('x-…')` parameters; with
   * header versioning also the version's header
   * @see Fetch, "CORS-unsafe request-header names" and "CORS non-wildcard request-header name"
   */
  readonly allowedHeaders?: AllowedHeadersOption | undefined;
  /**
   * How long a browser may keep an approved preflight, in whole seconds from 0 to 86400. WebKit keeps none longer
   * than 600, Chromium none longer than 7200.
   *
   * @defaultValue not sent; browsers then keep it for 5 seconds
   * @see Fetch, "HTTP responses": `Access-Control-Max-Age`
   */
  readonly maxAge?: number | undefined;
  /**
   * Status of an approved preflight, a whole number from 200 to 299.
   *
   * @defaultValue 204
   * @see Fetch, "CORS-preflight fetch": browsers ask for an ok status
   */
  readonly optionsSuccessStatus?: number | undefined;
  /**
   * Whether an actual request from an origin that the policy does not allow is refused: with 403, before anything of the
   * app runs, on whatever the policy governs, WebSocket handshakes included. Where only the handler decides which policy
   * that is, as with versions in a header, the guard refuses, behind middlewares. Same-origin requests are never refused, nor
   * are requests without `Origin`, but for those with another method than GET, HEAD and OPTIONS of which `Sec-Fetch-Site` says
   * that another site sends them.
   *
   * - `true`: whatever the method
   * - `'unsafe'`: only methods other than GET, HEAD and OPTIONS, byte for byte, and WebSocket handshakes. It protects from CSRF
   *   where GET changes nothing, and other sites may still embed, link and fetch
   *
   * @defaultValue `false`: the handler runs, and the browser keeps the response from the script
   * @see RFC 9110, section 9.2.1, "safe methods"
   * @see RFC 6455, section 10.2, on handshakes
   */
  readonly enforce?: boolean | 'unsafe' | undefined;
  /**
   * Ways around a refusal of the start-up check.
   *
   * @defaultValue none is set
   */
  readonly dangerously?: DangerousOptions | undefined;
  /**
   * How these fields meet those of the layer around; see {@link MergeMode}.
   *
   * @defaultValue `'replace'`
   */
  readonly merge?: MergeMode | undefined;
}

/** Who may read the response, without cookies and HTTP authentication. */
export interface AnonymousAccessOptions {
  /**
   * Origins whose scripts may read the response: `'*'`, one entry or a list.
   *
   * @defaultValue none: without an origin from any layer a route has no policy
   * @see Fetch, "CORS check"
   */
  readonly origin?: '*' | OneOrMany<OriginOption> | undefined;
  /**
   * Response headers that scripts may read beside the safelisted ones. `'*'` is sent as it is.
   *
   * @defaultValue none
   * @see Fetch, "CORS-safelisted response-header name" and "HTTP responses": `Access-Control-Expose-Headers`
   */
  readonly exposedHeaders?: ExposedHeadersOption | undefined;
  /**
   * Whether scripts may read responses to requests with cookies and HTTP authentication.
   *
   * @defaultValue `false`
   * @see Fetch, "CORS protocol and credentials"
   */
  readonly credentials?: false | undefined;
}

/** Who may read the response, with cookies and HTTP authentication: never `'*'`. */
export interface CredentialedAccessOptions {
  /** Origins whose scripts may read the response. With credentials each has to be named: `'*'` is refused. */
  readonly origin?: OneOrMany<OriginOption> | undefined;
  /** Response headers that scripts may read. With credentials each has to be named: `'*'` is refused. */
  readonly exposedHeaders?: ExposedHeadersWithCredentials | undefined;
  /** Scripts may read responses to requests with cookies and HTTP authentication. */
  readonly credentials: true;
}

/**
 * A CORS policy. Every field is optional: what a layer leaves out comes from the layer around it, and what no layer
 * sets has the default named here, which is never a permissive one. `undefined` is as if the field were left out, so
 * that a factory can write `maxAge: config.get<number>('CORS_MAX_AGE')`.
 *
 * The types refuse what can be refused at compile time; everything is checked again when the app starts, after the
 * layers have been merged.
 *
 * @example
 * ```ts
 * const policy: CorsPolicyOptions = {
 *   origin: ['https://app.example.com', 'https://*.preview.example.com'],
 *   credentials: true,
 *   exposedHeaders: ['x-request-id'],
 *   maxAge: 600,
 * };
 * ```
 *
 * @example Refused at compile time and at start
 * ```ts
 * const policy: CorsPolicyOptions = { origin: '*', credentials: true };
 * ```
 * @see Fetch, "HTTP-CORS protocol"
 */
export type CorsPolicyOptions = PolicyFieldsOptions & {
  /**
   * Fields to come, which are tried out first: the policy in force decides, and what would change with these fields merged over
   * it, as those of a layer, is counted (`CorsService.reportOnly()`) and published. Checked at start like all others; nothing of
   * it reaches a client.
   *
   * @defaultValue nothing is reported
   *
   * @example A list that is to be shorter, and a wall that is to be put up
   * ```ts
   * CorsModule.forRoot({
   *   origin: ['https://app.example.com', 'https://*.example.com'],
   *   reportOnly: { origin: 'https://app.example.com', enforce: true },
   * })
   * ```
   */
  readonly reportOnly?: PolicyFieldsOptions | undefined;
};

/** The fields of a policy. */
type PolicyFieldsOptions = CommonPolicyOptions & (AnonymousAccessOptions | CredentialedAccessOptions);

/**
 * How a layer's fields meet those of the layer around it, field by field and only for fields that it sets. Where no
 * layer around it sets a field, as there is none around the module's options, they meet the field's default: of
 * `methods` and `allowedHeaders` that is each route's own.
 *
 * - `'replace'`: they take their place.
 * - `'extend'`: the union of lists, and of what `dangerously` lets through; other fields take the place of the outer
 *   ones.
 * - `'restrict'`: the intersection of lists; nothing becomes wider. `credentials` and what `dangerously` lets through
 *   need both layers, the shorter `maxAge` wins (5 seconds, which browsers assume, where none is sent), and `enforce`
 *   is the one that refuses more: `true` before `'unsafe'` before `false`. `optionsSuccessStatus` takes the place of the outer one.
 *
 * @example The outer layer's origins and one more
 * ```ts
 * @AllowOrigin('https://admin.example.com', { merge: 'extend' })
 * ```
 *
 * @example Two more request headers on every route
 * ```ts
 * CorsModule.forRoot({ allowedHeaders: ['traceparent', 'baggage'], merge: 'extend' })
 * ```
 */
export type MergeMode = 'replace' | 'extend' | 'restrict';

/**
 * An entry of `routes`: a policy for a path and all below it, whoever answers there: controllers of the app and of
 * libraries, static files, a GraphQL server, a mounted middleware, nobody. For controllers it is a layer between the
 * module's options and their decorators.
 *
 * Of several entries that cover a path the most specific counts, in whichever order they stand: text before a parameter,
 * segment by segment, then the longer one.
 *
 * @example
 * ```ts
 * const files: CorsRouteOptions = { path: '/files', policy: { origin: '*' } };
 * const admin: CorsRouteOptions = { path: '/admin', policy: false };
 * const login: CorsRouteOptions = { path: '/auth', unmanaged: true };
 * ```
 */
export type CorsRouteOptions = {
  /**
   * The whole path, in Nest's syntax: `/graphql`, `/tenants/:tenant/files`. A parameter is one whole segment. A wildcard
   * at the end says what an entry says anyway. The global prefix is not added to it. Letter case counts as it does for
   * the app's router.
   */
  readonly path: string;
  /**
   * Limits the entry to the path itself, with or without a slash at its end.
   *
   * @defaultValue `false`: it covers what is below as well
   */
  readonly exact?: boolean | undefined;
} & (
  | {
      /**
       * The name of a policy in `policies`, or a policy, on top of the module's options; `false` closes the path and all
       * below it but what a decorator opens there, as `@NoCors()` does for a controller.
       */
      readonly policy: CorsPolicyName | CorsPolicyOptions | false;
      readonly unmanaged?: false | undefined;
    }
  | {
      readonly policy?: undefined;
      /**
       * Leaves the path and all below it alone, preflights included: for an upstream or a mounted app that answers for
       * itself. Whatever header fields it sets get out.
       */
      readonly unmanaged: true;
    }
);

/** What `@NoCors()` takes. */
export interface NoCorsOptions {
  /**
   * Whether requests of other origins are refused with 403: all, or with `'unsafe'` those with other methods than GET, HEAD and
   * OPTIONS. `false` lifts the `enforce` of the layers around, for a route that other sites have to call: a webhook, an OAuth
   * callback by form_post.
   *
   * @defaultValue what the layers around say
   */
  readonly enforce?: boolean | 'unsafe' | undefined;
}

/**
 * The names of the policies, for the compiler to know: an app that adds them has `@UseCorsPolicy()` and `routes` take no other
 * name, and `policies` no other either. Names nothing by itself, so that any name compiles, and the start-up check judges it.
 *
 * @example
 * ```ts
 * declare module 'nestjs-cors' {
 *   interface CorsPolicyNames {
 *     partners: true;
 *     internal: true;
 *   }
 * }
 * ```
 */
export interface CorsPolicyNames {}

/** A name of a policy: any, until the app has added its own to {@link CorsPolicyNames}. */
export type CorsPolicyName = [keyof CorsPolicyNames] extends [never] ? string : keyof CorsPolicyNames;

/** Policies by name: any name, or those of the app. */
type NamedPolicies = string extends CorsPolicyName
  ? Readonly<Record<string, CorsPolicyOptions>>
  : Readonly<Partial<Record<CorsPolicyName, CorsPolicyOptions>>>;

/**
 * Options of `CorsModule.forRoot()`: the default policy of every route, named policies, and policies for paths.
 *
 * @example
 * ```ts
 * CorsModule.forRoot({
 *   origin: 'https://app.example.com',
 *   policies: { partners: { origin: 'https://*.partner.example', allowedHeaders: ['x-api-key'] } },
 *   routes: [{ path: '/graphql', policy: 'partners' }],
 * })
 * ```
 */
export type CorsModuleOptions = CorsPolicyOptions & {
  /**
   * Policies that `@UseCorsPolicy(name)` and `routes` refer to; each lies on top of the module's default.
   *
   * @defaultValue none
   */
  readonly policies?: NamedPolicies | undefined;
  /**
   * Policies for paths and all that lies below them, whoever answers there.
   *
   * @defaultValue none: the module's options, and decorators, govern all paths
   */
  readonly routes?: readonly CorsRouteOptions[] | undefined;
  /**
   * The app's own origins as browsers see them: `https://api.example.com`. Where they are given, they alone say which
   * requests are of the same origin and so pass where `enforce` refuses others. Give them behind a proxy that rewrites
   * `Host` (nginx, Apache, Traffic Server and h2o do so by default), and against DNS rebinding, with which the page of a
   * stranger has the app's address for its host.
   *
   * @defaultValue not given: `Sec-Fetch-Site` says it, else the host in `Origin` is compared with `Host`
   */
  readonly publicOrigins?: PublicOriginsOption | undefined;
  /**
   * Whether what is refused is counted in memory, for `CorsService.refusals()`: at most a megabyte, whoever sends what.
   *
   * @defaultValue `false`, unless `debug` is set
   */
  readonly refusals?: boolean | undefined;
  /**
   * Whether what is refused is logged, with the message of `explain()`, once a minute for each route, origin and reason. Never
   * changes a verdict.
   *
   * @defaultValue `false`
   */
  readonly debug?: boolean | undefined;
};

/** What `@AllowOrigin` takes as one object; beside origins the same without `origin`. */
export type AllowOriginOptions = AllowOriginFields & {
  /** Fields to come, which are only reported; as in `CorsPolicyOptions`. */
  readonly reportOnly?: AllowOriginFields | undefined;
};

type AllowOriginFields = Pick<CommonPolicyOptions, 'enforce' | 'dangerously' | 'merge'> &
  (AnonymousAccessOptions | CredentialedAccessOptions);

/** What `@Preflight` takes: what a preflight may be told. */
export type PreflightOptions = PreflightFields & {
  /** Fields to come, which are only reported; as in `CorsPolicyOptions`. */
  readonly reportOnly?: PreflightFields | undefined;
};

type PreflightFields = Pick<
  CommonPolicyOptions,
  'methods' | 'allowedHeaders' | 'maxAge' | 'optionsSuccessStatus' | 'merge'
>;

/**
 * Makes the module's options; implemented by a class given to `forRootAsync({ useClass | useExisting })`.
 *
 * @example
 * ```ts
 * @Injectable()
 * export class CorsConfig implements CorsOptionsFactory {
 *   createCorsOptions(): CorsModuleOptions {
 *     return { origin: 'https://app.example.com', credentials: true };
 *   }
 * }
 *
 * CorsModule.forRootAsync({ useClass: CorsConfig })
 * ```
 */
export interface CorsOptionsFactory {
  /** Returns the options, or a promise of them. Called once, when the app starts. */
  createCorsOptions(): CorsModuleOptions | Promise<CorsModuleOptions>;
}
