import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { membershipText, readAnnouncement, readMembership, setKey } from '../../lib/redis/membership.js';

const ORIGIN = 'https://app.example.com';

describe('a membership as text', () => {
  it.each([
    { membership: { origin: ORIGIN, tenant: undefined }, text: ORIGIN },
    { membership: { origin: ORIGIN, tenant: 'acme' }, text: `${ORIGIN} acme` },
    { membership: { origin: ORIGIN, tenant: 'a b' }, text: `${ORIGIN} a b` },
  ])('is $text', ({ membership, text }) => {
    expect(membershipText(membership)).toBe(text);
    expect(readMembership(text)).toEqual(membership);
  });

  it('comes back whatever the tenant is called, so that no two tenants share a verdict', () => {
    const tenant = fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined });
    const origin = fc.constantFrom(ORIGIN, `${ORIGIN}:8443`, 'http://localhost');
    fc.assert(
      fc.property(origin, tenant, (name, of) => {
        expect(readMembership(membershipText({ origin: name, tenant: of }))).toEqual({
          origin: name,
          tenant: of,
        });
      }),
    );
  });
});

describe('readAnnouncement', () => {
  it.each([
    { text: ORIGIN, hasTenants: false, read: { origin: ORIGIN, tenant: undefined } },
    { text: `${ORIGIN} acme`, hasTenants: true, read: { origin: ORIGIN, tenant: 'acme' } },
    { text: ORIGIN, hasTenants: true, read: undefined },
    { text: `${ORIGIN} acme`, hasTenants: false, read: undefined },
    { text: `${ORIGIN}/`, hasTenants: false, read: undefined },
    { text: 'all', hasTenants: false, read: undefined },
    { text: ' acme', hasTenants: true, read: undefined },
    { text: '', hasTenants: false, read: undefined },
    { text: '', hasTenants: true, read: undefined },
  ])('reads "$text" where there are tenants: $hasTenants', ({ text, hasTenants, read }) => {
    expect(readAnnouncement(text, hasTenants)).toEqual(read);
  });
});

describe('setKey', () => {
  it('is the key, and behind a colon the tenant', () => {
    expect([setKey('partners', undefined), setKey('partners', 'acme')]).toEqual([
      'partners',
      'partners:acme',
    ]);
  });
});
