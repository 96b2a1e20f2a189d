import type { OriginString } from 'nestjs-cors';

/** Which origins a policy allows: that many exact ones, or that many patterns. */
export interface OriginCount {
  readonly exact: number;
  readonly patterns: number;
}

/** An exact origin of the lists. */
export function exactOrigin(index: number): OriginString {
  return `https://tenant-${index}.example.com`;
}

/** A pattern of the lists: one more DNS label. */
export function originPattern(index: number): OriginString {
  return `https://*.customer-${index}.example.com`;
}

/** An origin that the pattern of the same index allows. */
export function originWithin(index: number): OriginString {
  return `https://preview.customer-${index}.example.com`;
}

/** What users of other libraries write for {@link originPattern}. */
export function originRegExp(index: number): RegExp {
  return new RegExp(`^https://[^./:]+\\.customer-${index}\\.example\\.com$`);
}

/** An origin as long as the allowed ones, which no list allows. */
export const REFUSED_ORIGIN: OriginString = 'https://tenant-x.example.com';

/** The allowed origin in the middle of the list, which a search from its start finds after half of its steps. */
export function allowedOrigin({ exact, patterns }: OriginCount): OriginString {
  return exact > 0 ? exactOrigin(Math.floor(exact / 2)) : originWithin(Math.floor(patterns / 2));
}

/** The list, as this library takes it. */
export function originStrings({ exact, patterns }: OriginCount): readonly OriginString[] {
  return [...numbers(exact).map(exactOrigin), ...numbers(patterns).map(originPattern)];
}

/** The list, as other libraries take it. */
export function originMatchers({ exact, patterns }: OriginCount): (string | RegExp)[] {
  return [...numbers(exact).map(exactOrigin), ...numbers(patterns).map(originRegExp)];
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
