import type { CorsManifest, ManifestLine } from '../../manifest/cors-manifest.js';
import {
  compareSegments,
  entrySegments,
  isCoveredBy,
  isInside,
  ManifestPlaces,
} from '../../manifest/manifest-places.js';
import { routeSegments, type RouteSegment } from '../../routing/path-pattern.js';
import { isPlainPath, segmentsOf, writtenSegment } from '../../routing/path-readings.js';
import { bySpecificity } from '../../routing/places.js';
import type { Question } from './explain.js';

/** What can govern a request. */
export interface Candidates {
  /** The lines that can, those of the most specific path first. */
  readonly lines: readonly ManifestLine[];
  /** Whether no route serves the method there, but some serve others. */
  readonly isUnserved: boolean;
}

/** Finds the lines of a manifest that can govern a request. */
export function candidatesFor(manifest: CorsManifest, question: Question): Candidates {
  const path = segmentsOf(question.path).map((text) => ({ text: writtenSegment(text) }));
  const here = manifest.routes
    .filter((line) => line.kind === 'route' && mayServe(line, question))
    .map((line) => ({ line, segments: routeSegments(line.path) }))
    .filter(({ segments }) => isCoveredBy(path, segments))
    .toSorted((a, b) => compareSegments(a.segments, b.segments))
    .map(({ line }) => line);
  const own = here.filter(({ method }) => servesMethod(method, question.method, here));
  if (own.length === 0) {
    return { lines: new ManifestPlaces(manifest).ofRequest(question.path), isUnserved: here.length > 0 };
  }
  const routes = new Map<string, ManifestLine[]>();
  for (const line of own) {
    const key = JSON.stringify([line.method, line.path, line.version, line.hosts, line.where]);
    routes.set(key, [...(routes.get(key) ?? []), line]);
  }
  // Of a path that can be read as several, all that may hold.
  const isPlain = isPlainPath(question.path, true);
  const lines = [...routes.values()].flatMap((ofRoute) => (isPlain ? [lineBelow(ofRoute, path)] : ofRoute));
  return { lines, isUnserved: false };
}

function mayServe({ version, hosts }: ManifestLine, question: Question): boolean {
  const asked = question.version;
  const isVersion =
    version.length === 0 || asked === undefined || version.includes(asked) || version.includes('neutral');
  const { host } = question;
  return (
    isVersion && (hosts.length === 0 || host === undefined || hosts.includes(host) || hosts.some(isPattern))
  );
}

/** Whether a host is an expression or has parameters, so that it is not compared here. */
function isPattern(host: string): boolean {
  return /[^\w.-]/.test(host);
}

/** A route for GET serves HEAD where none of its own does. */
function servesMethod(served: string, method: string, here: readonly ManifestLine[]): boolean {
  if (served === method || served === 'ALL') return true;
  return method === 'HEAD' && served === 'GET' && !here.some((line) => line.method === 'HEAD');
}

/** Of the lines of one route, the one for the most specific entry that has the path. */
function lineBelow(lines: readonly ManifestLine[], path: readonly RouteSegment[]): ManifestLine {
  const below = lines
    .filter((line) => line.below !== null)
    .map((line) => ({ line, segments: entrySegments(line.below as string), exact: line.exact }))
    .filter((place) => isInside(path, place))
    .toSorted(bySpecificity);
  return below[0]?.line ?? lines.find((line) => line.below === null) ?? (lines[0] as ManifestLine);
}
