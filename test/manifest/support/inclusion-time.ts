import { OriginList } from '../../../lib/manifest/origin-inclusion.js';

/* How long it takes to compare two lists of origins with each other, in milliseconds of the processor. */

interface Task {
  readonly size: number;
}

const { size } = JSON.parse(process.argv[2] as string) as Task;

const listOf = (tag: string): string[] =>
  Array.from({ length: size }, (_, index) =>
    index % 2 === 0 ? `https://${tag}${index}.example` : `https://**.${tag}${index}.example:*`,
  );
const some = [...listOf('a').toReversed(), ...listOf('b').slice(size / 2)].slice(size / 2);
const others = listOf('a');

const { user } = process.cpuUsage();
const [one, other] = [new OriginList(some), new OriginList(others)];
const included = others.filter((origin) => one.includes(origin).verdict === 'included').length;
const refuted = some.filter((origin) => other.includes(origin).verdict === 'refuted').length;
const took = (process.cpuUsage().user - user) / 1000;

process.stdout.write(JSON.stringify({ included, refuted, took }));
