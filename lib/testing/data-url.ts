import { FetchError } from './fetch-error.js';
import { HeaderList } from './header-list.js';
import type { WireResponse } from './wire.js';

/**
 * Takes a response out of a `data:` URL, which asks no server.
 *
 * @see Fetch, "Scheme fetch" and "data: URL processor"
 * @throws FetchError if there is none in it
 */
export async function fetchData(url: URL): Promise<WireResponse> {
  const response = await fetch(url).catch(() => {
    const message = 'the data: URL has no comma, or no base64 where it says so';
    throw new FetchError('main-fetch', 'url-invalid', message, 'Scheme fetch');
  });
  const { body } = response;
  return {
    status: response.status,
    headers: new HeaderList(response.headers),
    body: () => body as NonNullable<typeof body>,
    discard: () => undefined,
  };
}
