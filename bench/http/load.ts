import autocannon from 'autocannon';
import type { BenchRequest } from './requests.js';

const CONNECTIONS = 10;

/** Autocannon looks this often whether all answers have come, in milliseconds; by itself only once in a second. */
const SAMPLE_INTERVAL = 5;

/** Seconds: on a busy machine a server under Valgrind may take longer than autocannon would wait. */
const TIMEOUT = 120;

/**
 * Sends a request again and again, from as many connections as browsers would have, and does not return before the last
 * answer has come: what a server is measured by is a number of requests, not a time.
 *
 * @throws Error if any answer has another status than the request's
 */
export async function sendLoad(port: number, request: BenchRequest, amount: number): Promise<void> {
  const { method, path, headers, status } = request;
  const { statusCodeStats, errors, timeouts } = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    method,
    headers,
    amount,
    sampleInt: SAMPLE_INTERVAL,
    timeout: TIMEOUT,
    connections: Math.min(CONNECTIONS, amount),
  });
  const good = statusCodeStats?.[`${status}`]?.count ?? 0;
  if (good !== amount || errors > 0 || timeouts > 0) {
    const counts = JSON.stringify(statusCodeStats);
    throw new Error(
      `${method} ${path}: ${amount} answers ${status} expected, but ${counts}, ${errors} errors`,
    );
  }
}
