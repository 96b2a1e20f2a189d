import { describe, expect, it } from '@jest/globals';
import { isStandardAlone, profileOf, titlesOf } from '../../lib/engines/engine-profile.js';
import {
  ENGINE_NAMES,
  ENGINES,
  QUIRK_NAMES,
  QUIRKS,
  quirkSentence,
  type Quirk,
  type ShippingEngine,
} from '../../lib/engines/quirks.js';

const SHIPPING = ['chromium', 'firefox', 'webkit'] as const satisfies readonly ShippingEngine[];

describe('the table of quirks', () => {
  it.each(QUIRK_NAMES)('%s has a speaking name, engines, a source and sentences', (name) => {
    const { engines, source, sentence, standard }: Quirk = QUIRKS[name];
    expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)+$/);
    expect(engines.length).toBeGreaterThan(0);
    expect(engines).toEqual(SHIPPING.filter((engine) => engines.includes(engine)));
    expect(source).toMatch(/^rows? \d+(?: and \d+)?$|^fetch\.md, \d|^[\w/-]+ of test\/browser\/table$/);
    // They stand behind the name of an engine, and before what comes of it.
    for (const text of [sentence, standard]) expect(text).toMatch(/^[a-z].*[^.]$/);
    expect(quirkSentence(name)).not.toMatch(/[{}|]/);
  });

  it('says with which versions, and when', () => {
    for (const engine of SHIPPING) {
      expect(ENGINES[engine]).toMatchObject({ version: expect.any(String), date: '2026-11' });
    }
    expect(ENGINES.standard).toMatchObject({ version: undefined, date: '2026-07-02' });
  });

  it('fills a sentence with what a request is, and with an example where that is unknown', () => {
    expect(quirkSentence('lost-body-headers-still-named')).toBe(
      'names content-type in the preflight of the GET after the 303',
    );
    expect(
      quirkSentence('lost-body-headers-still-named', { headers: 'content-language', status: '301' }),
    ).toBe('names content-language in the preflight of the GET after the 301');
    // What a page says is no pattern.
    expect(quirkSentence('malformed-max-age-not-kept', { value: '$& {value|x}' })).toContain(
      ': $& {value|x} at',
    );
  });
});

describe('a profile', () => {
  it('of an engine has the quirks of the table, and that of the standard none', () => {
    expect(profileOf('standard').quirks).toEqual([]);
    for (const engine of SHIPPING) {
      const profile = profileOf(engine);
      for (const name of QUIRK_NAMES) {
        expect(profile.has(name)).toBe((QUIRKS[name].engines as readonly string[]).includes(engine));
      }
      expect(profile.quirks).toEqual(QUIRK_NAMES.filter((name) => profile.has(name)));
    }
  });

  it('takes further quirks, alone or beside those of an engine', () => {
    expect(profileOf('standard', ['streams-throw']).quirks).toEqual(['streams-throw']);
    expect(profileOf('webkit', ['streams-throw'])).toEqual(profileOf('webkit'));
    expect(profileOf('webkit', ['streams-become-text']).quirks).toHaveLength(
      profileOf('webkit').quirks.length + 1,
    );
    expect(profileOf('webkit').has('streams-become-text')).toBe(false);
  });

  it('has the limits of its engine', () => {
    expect(ENGINE_NAMES.map((engine) => profileOf(engine).maxPreflightAge)).toEqual([
      7200, 7200, 86_400, 600,
    ]);
    expect(ENGINE_NAMES.map((engine) => profileOf(engine).title)).toEqual([
      'the standard',
      'Chromium',
      'Firefox',
      'WebKit',
    ]);
  });

  it('does not change', () => {
    const profile = profileOf('webkit');
    expect(() => Object.assign(profile, { engine: 'firefox' })).toThrow(TypeError);
    expect(profileOf('webkit')).toBe(profile);
  });

  it.each<[what: string, make: () => unknown, message: string]>([
    [
      'an unknown engine',
      () => profileOf('chrome' as never),
      'engine: "chrome" is none of standard, chromium, firefox, webkit.',
    ],
    ['another case', () => profileOf('WebKit' as never), 'Did you mean "webkit"?'],
    ['nothing', () => profileOf(undefined as never), 'engine: undefined is none of standard,'],
    ['a name of Object', () => profileOf('toString' as never), 'engine: "toString" is none of standard,'],
    [
      'an unknown quirk',
      () => profileOf('standard', ['star-covers-authorisation' as never]),
      `quirks: "star-covers-authorisation" is none of ${QUIRK_NAMES.join(', ')}. Did you mean "star-covers-authorization"?`,
    ],
    [
      'a quirk outside of a list',
      () => profileOf('standard', 'streams-throw' as never),
      'quirks: "streams-throw" is no list: write one such as ["redirects-ask-again"]',
    ],
  ])('is not made of %s', (_, make, message) => {
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('what is said of several engines', () => {
  it('names them as people do', () => {
    expect(titlesOf([])).toBe('');
    expect(titlesOf(['webkit'])).toBe('WebKit');
    expect(titlesOf(['chromium', 'firefox'])).toBe('Chromium and Firefox');
    expect(titlesOf(SHIPPING)).toBe('Chromium, Firefox and WebKit');
  });

  it('knows where the standard is alone', () => {
    expect(QUIRK_NAMES.filter(isStandardAlone)).toEqual(['star-covers-authorization', 'lone-cr-ends-line']);
  });
});
