import { compileOrigins } from '../../../lib/policy/origin-set.js';

const COUNT = 1_000_000;

gc!();
const before = process.memoryUsage().heapUsed;
const rule = compileOrigins(
  Array.from({ length: COUNT }, (_, at) => `https://tenant-${at}.example.com`),
  { secureOnly: false },
);
if (!rule.allows(`https://tenant-${COUNT - 1}.example.com`)) throw new Error('an origin is missing');
gc!();
const bytes = (process.memoryUsage().heapUsed - before) / COUNT;
if (rule.allows(`https://tenant-${COUNT}.example.com`))
  throw new Error('an origin is there that nobody named');
process.stdout.write(JSON.stringify(bytes));
