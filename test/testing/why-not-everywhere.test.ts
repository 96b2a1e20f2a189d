import { describe, expect, it } from '@jest/globals';
import { quirkSentence, type EngineName, type QuirkName } from '../../lib/engines/quirks.js';
import { whyNotEverywhere, type Trial } from '../../lib/testing/every-engine.js';

interface Parts {
  readonly quirks?: readonly QuirkName[];
  readonly missed?: readonly QuirkName[];
  readonly complaint?: string;
  readonly refusedBy?: string;
}

function trial(engine: EngineName, { quirks = [], missed = [], complaint, refusedBy }: Parts = {}): Trial {
  const effects = quirks.map((quirk) => ({ quirk, sentence: quirkSentence(quirk) }));
  const result = { quirks: effects, missedQuirks: new Set(missed) } as unknown as Trial['result'];
  return { engine, result, complaint, refusedBy };
}

/** In every engine, of which some are otherwise. */
function trials(others: Partial<Record<EngineName, Parts>>): readonly Trial[] {
  const engines: readonly EngineName[] = ['standard', 'chromium', 'firefox', 'webkit'];
  return engines.map((engine) => trial(engine, others[engine]));
}

describe('why an assertion does not hold everywhere', () => {
  it('is nothing where it does', () => {
    expect(
      whyNotEverywhere('is readable', trials({ webkit: { quirks: ['streams-throw'] } })),
    ).toBeUndefined();
  });

  it('is nothing of an engine where it fails everywhere alike', () => {
    const parts = { complaint: 'is refused: no' };
    const all = {
      standard: parts,
      chromium: parts,
      firefox: parts,
      webkit: { ...parts, quirks: ['streams-throw'] },
    } as const;
    expect(whyNotEverywhere('is readable', trials(all))).toBe('is refused: no');
  });

  it('is each engine by itself where it fails everywhere, and not alike', () => {
    const parts = { complaint: 'is refused: no' };
    const all = {
      standard: parts,
      chromium: parts,
      firefox: parts,
      webkit: { complaint: 'is refused: never' },
    };
    expect(whyNotEverywhere('is readable', trials(all))).toBe(
      'in each of the standard, Chromium and Firefox it is refused: no; in WebKit it is refused: never',
    );
  });

  it('is what an engine has done that the others have not', () => {
    const quirks = ['negative-max-age-not-kept', 'lost-body-headers-still-named'] as const;
    const chromium = { quirks: ['negative-max-age-not-kept'] } as const;
    expect(
      whyNotEverywhere(
        'is readable',
        trials({ chromium, webkit: { quirks, complaint: 'is refused: 403', refusedBy: 'Orders#one' } }),
      ),
    ).toBe(
      'is readable in Chromium and Firefox; WebKit names content-type in the preflight of the GET after the 303, which Orders#one does not allow',
    );
  });

  it('is what an engine has not done that the others have', () => {
    const chromium = { quirks: ['client-hints-safelisted'] } as const;
    const parts = {
      missed: ['client-hints-safelisted', 'streams-throw'],
      complaint: 'is refused: 403',
    } as const;
    expect(
      whyNotEverywhere('is readable', trials({ standard: parts, chromium, firefox: parts, webkit: parts })),
    ).toBe(
      'is readable in Chromium; each of the standard, Firefox and WebKit asks for client hints as for any header, and it is refused: 403',
    );
  });

  it('is what is, where something else should be', () => {
    const complaint = 'should be refused by CORS, but script can read it, but not all of it';
    const quirks = ['star-covers-authorization'] as const;
    const parts = { quirks, complaint };
    expect(whyNotEverywhere('is refused', trials({ chromium: parts, firefox: parts, webkit: parts }))).toBe(
      'is refused in the standard alone, and in no engine that ships; each of Chromium, Firefox and WebKit lets * in Access-Control-Allow-Headers cover Authorization, and script can read it, but not all of it',
    );
  });
});
