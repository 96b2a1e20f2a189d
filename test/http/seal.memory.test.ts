import { expect, it } from '@jest/globals';
import { inOwnProcess } from '../support/own-process.js';

it('a seal is garbage as soon as its response is: nothing of it is among the old objects', async () => {
  // A function that is written in the assignment to `response.writeHead` takes 64 bytes there, whatever comes of it.
  const bytes = await inOwnProcess<number>(new URL('support/old-bytes.ts', import.meta.url));
  expect(bytes).toBeLessThan(16);
});
