/** A customer of the API, whose pages call it. */
export interface Tenant {
  readonly name: string;
  /** Says for whom a page calls. It stands in pages for everybody to read, so it is no secret. */
  readonly key: string;
}

export const TENANTS: readonly Tenant[] = [
  { name: 'acme', key: 'key-of-acme' },
  { name: 'globex', key: 'key-of-globex' },
];
