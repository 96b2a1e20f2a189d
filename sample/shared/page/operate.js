/**
 * Sends a request as the operator of the API.
 *
 * The word that lets the operator in stands behind the `#` of this page's URL, which browsers send to no server.
 *
 * @returns the answer's JSON
 * @throws Error if the API refuses, saying why
 */
export async function operate(url, { method = 'GET', json } = {}) {
  const headers = { authorization: `Bearer ${location.hash.slice(1)}` };
  const response = await fetch(
    url,
    json === undefined
      ? { method, headers }
      : { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(json) },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** Does something, and says in a place what goes wrong, if anything does. Returns whether nothing has. */
export async function attempt(place, action) {
  try {
    await action();
    place.textContent = '';
    return true;
  } catch (error) {
    place.textContent = error.message;
    return false;
  }
}
