import { Logger } from '@nestjs/common';
import type { CorsService, CorsVerdict } from '../../lib/index.js';
import { Ledger } from '../../lib/ledger/ledger.js';

/*
 * Many refused origins, with paths and lists of headers as long as a server lets in. Prints what the ledger keeps of them
 * by its own count, by the heap, and how long one takes. A process of its own, whose heap nobody else uses.
 */

const service = {} as CorsService;
const {
  isLong,
  origins,
  letter = 'x',
} = JSON.parse(process.argv[2] as string) as {
  readonly isLong: boolean;
  readonly origins: number;
  readonly letter?: string;
};

const LONG = letter.repeat(8000);

function verdict(at: number): CorsVerdict {
  // Texts of their own, as those of a request are.
  const origin = `https://o${at}.example${isLong ? `/${LONG}${at}` : ''}`;
  const text = isLong ? `${LONG}${at}` : `${at}`;
  return {
    kind: 'preflight',
    outcome: 'refused',
    reason: 'origin-not-allowed',
    status: 403,
    origin,
    method: isLong ? text : 'PUT',
    route: '/orders/:id',
    where: 'OrdersController#write',
    policy: undefined,
    reportOnly: undefined,
    request: {
      method: 'OPTIONS',
      url: `/orders/${text}?q=${text}`,
      host: isLong ? text : 'api.example.com',
      headers: {
        origin,
        'access-control-request-method': isLong ? text : 'PUT',
        'access-control-request-headers': isLong ? `${text},${text}` : 'x-key',
      },
    },
    service,
  };
}

const heapUsed = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const ledger = new Ledger(service, new Logger(), undefined);
ledger.duties = { refusals: true, reportOnly: false, debug: false };
const before = heapUsed();
/** Of CPU time, in nanoseconds; beside the same for what cannot be done in less: a key is made, and kept in its turn. */
let best = Number.POSITIVE_INFINITY;
let bestOfPlain = Number.POSITIVE_INFINITY;
const plain = new Map<string, number>();
let most = 0;
const BATCH = 1000;
function timeOf(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return ((user + system) * 1000) / BATCH;
}

function flood(from: number): void {
  const batch = Array.from({ length: BATCH }, (_, at) => verdict(from + at));
  best = Math.min(
    best,
    timeOf(() => {
      for (const one of batch) if (ledger.wants(one, undefined)) ledger.take(one);
    }),
  );
  bestOfPlain = Math.min(
    bestOfPlain,
    timeOf(() => {
      for (const { kind, origin, method, where, route, reason } of batch) {
        if (isLong) break;
        plain.set(`${kind} ${where} ${route} ${reason} ${method} ${origin}`, Date.now());
        if (plain.size > 500) plain.delete(plain.keys().next().value as string);
      }
    }),
  );
  most = Math.max(most, ledger.refusals.bytes);
}
for (let from = 0; from < origins; from += BATCH) flood(from);
plain.clear();
const heap = heapUsed() - before;
const { rows } = ledger.refusals;
const lengths = rows.map(({ key, value }) => key.length + JSON.stringify(value).length);
console.log(
  JSON.stringify({
    rows: rows.length,
    counted: rows.reduce((sum, { count }) => sum + count, 0),
    bytes: most,
    texts: lengths.reduce((sum, length) => sum + length, 0),
    heap,
    nanoseconds: best,
    toPlain: best / bestOfPlain,
  }),
);
