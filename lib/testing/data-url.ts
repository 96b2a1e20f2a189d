import { HeaderList } from './header-list.js';
import type { WireResponse } from './wire.js';

/** Takes a response out of a `data:` URL, which asks no server. @see Fetch, "Scheme fetch" */
export async function fetchData(url: URL): Promise<WireResponse> {
  const response = await fetch(url);
  const { body } = response;
  return {
    status: response.status,
    headers: new HeaderList(response.headers),
    body: () => body as NonNullable<typeof body>,
    discard: () => undefined,
  };
}
