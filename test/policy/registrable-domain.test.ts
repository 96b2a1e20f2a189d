import { describe, expect, it } from '@jest/globals';
import { parse } from 'tldts';

import { OPEN_DOMAINS, registrationOf } from '../../lib/policy/registrable-domain.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

describe('registrationOf', () => {
  it.each([
    ['example.com', 'example.com', false],
    ['a.b.example.co.uk', 'example.co.uk', false],
    ['a.b.github.io', 'b.github.io', false],
    ['github.io', 'github.io', true],
    ['com', 'com', true],
    // A rule of the list with a wildcard.
    ['x.sch.uk', 'x.sch.uk', true],
    ['a.x.sch.uk', 'a.x.sch.uk', false],
    ['foo_bar.example.com', 'example.com', false],
    ['gitpod.io', 'gitpod.io', true],
    ['8080-me.ws-eu1.gitpod.io', '8080-me.ws-eu1.gitpod.io', true],
    ['mygitpod.io', 'mygitpod.io', false],
    ['x.github.dev', 'github.dev', false],
  ])('%s: %s', (host, domain, isSuffix) => {
    expect(registrationOf(host)).toEqual({ domain, isSuffix });
  });

  it.each(['localhost', 'a.localhost', 'api.internal', 'printer.local', 'a.test', 'example.kin'])(
    '%s is nobody else’s',
    (host) => expect(registrationOf(host)).toBeUndefined(),
  );

  it.each(OPEN_DOMAINS)('%s is not on the Public Suffix List yet', (open) => {
    expect(parse(`a.b.${open}`, { allowPrivateDomains: true }).isPrivate).toBe(false);
  });
});
