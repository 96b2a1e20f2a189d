import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Exchange } from '../../../lib/http/exchange.js';
import { seal, type SealableResponse } from '../../../lib/http/seal.js';

// Optimized code keeps nothing there in any case; the question is what the first requests leave behind.
setFlagsFromString('--no-opt');

const RESPONSES = 100_000;

/** The bytes that old objects take. */
function oldBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')!.space_used_size;
}

const exchange = {} as Exchange;
const writeHead = (): void => {};
/** So that none is optimized away. */
const inFlight = Array.from({ length: 64 }, (): SealableResponse | undefined => undefined);

gc!();
const before = oldBytes();
for (let count = 0; count < RESPONSES; count++) {
  const response = { writeHead } as unknown as SealableResponse;
  seal(response, exchange);
  inFlight[count % inFlight.length] = response;
}
process.stdout.write(JSON.stringify((oldBytes() - before) / RESPONSES));
