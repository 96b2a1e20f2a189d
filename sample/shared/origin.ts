/** An origin of the samples, whose pages come over plain http. */
export type HttpOrigin = `http://${string}`;

/** The origin of a host and port. The default port is no part of it: HTML, "serialization of an origin". */
export function originOf(host: string, port: number): HttpOrigin {
  return `http://${host}${port === 80 ? '' : `:${port}`}`;
}
