import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';

/** What results depend on besides the code. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** The load average of the last minute before the run: on a busy machine, doubt the numbers. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = [
  '@nestjs/core',
  '@nestjs/platform-fastify',
  '@nestjs/platform-express',
  'fastify',
  '@fastify/cors',
  'express',
  'cors',
  'hono',
  'autocannon',
  'mitata',
];

/** Describes this machine, and the versions of everything that is measured. */
export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    date: new Date().toISOString(),
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    versions: {
      node: process.version,
      'nestjs-cors': versionOf('nestjs-cors'),
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
  };
}

/** One line for below a table. */
export function machineLine({ date, cpu, cores, system, load, versions }: Machine): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${date.slice(0, 10)}, ${cpu} (${cores} cores, ${system}), load ${load}; ${packages.join(', ')}`;
}

function versionOf(name: string): string {
  return manifest(name) ?? 'unknown';
}

/** Not every package exports its `package.json`, but each has one above its main file. */
function manifest(name: string): string | undefined {
  const require = createRequire(import.meta.url);
  for (const folder of require.resolve.paths(name) ?? []) {
    const version = readVersion(new URL(`file://${folder}/${name}/package.json`));
    if (version !== undefined) return version;
  }
  return name === 'nestjs-cors'
    ? readVersion(new URL(import.meta.resolve(`${name}/package.json`)))
    : undefined;
}

function readVersion(file: URL): string | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return undefined;
  }
}
