import { Cookie, CookieJar } from 'tough-cookie';
import type { HeaderList } from './header-list.js';
import { isSameSite } from './request-origin.js';

/**
 * The cookies of a browser: names and values with `Domain`, `Path`, `Expires`, `Max-Age`, `Secure` and `SameSite`. A
 * cookie that says nothing of `SameSite` goes everywhere, as in browsers other than Chromium, and no cookie is blocked
 * for being a third party's: here the request's credentials mode is to decide.
 *
 * @see RFC 6265
 */
export class Cookies {
  #jar = new CookieJar();

  /** @param now - the clock, in milliseconds */
  constructor(private readonly now: () => number) {}

  /** The value of `Cookie`; `undefined` if there is none to send. */
  header(url: URL, origin: string): string | undefined {
    const now = this.now();
    // The jar has a clock of its own, so it is not asked what has expired.
    const cookies = this.#jar
      .getCookiesSync(url.href, { sameSiteContext: siteContext(url, origin), expire: false })
      .filter((cookie) => (cookie.expiryTime() ?? Infinity) > now);
    return cookies.length === 0 ? undefined : cookies.map((cookie) => cookie.cookieString()).join('; ');
  }

  /** Keeps what a response sets. What is no cookie, or not this host's to set, is ignored, as in browsers. */
  store(url: URL, origin: string, headers: HeaderList): void {
    for (const line of headers.values('Set-Cookie')) {
      const cookie = Cookie.parse(line);
      if (cookie === undefined) continue;
      if (typeof cookie.maxAge === 'number') {
        cookie.setExpires(new Date(this.now() + cookie.maxAge * 1000));
        cookie.maxAge = null;
      }
      const context = siteContext(url, origin);
      this.#jar.setCookieSync(cookie, url.href, { sameSiteContext: context, ignoreError: true });
    }
  }

  /** Forgets them all. */
  clear(): void {
    this.#jar = new CookieJar();
  }
}

/** What `SameSite` asks: whether the page and the URL are of one site. */
function siteContext(url: URL, origin: string): 'strict' | 'none' {
  return isSameSite(url.origin, origin) ? 'strict' : 'none';
}
