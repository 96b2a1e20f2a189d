import { describe, expect, it } from '@jest/globals';
import { applyDecorators } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy, type NoCorsOptions } from '../../lib/index.js';
import { LayerReader } from '../../lib/policy/layer-reader.js';
import { readModuleOptions } from '../../lib/policy/module-options.js';
import { decoratorLayers, routeLayers, type DecoratorLayers } from '../../lib/routing/decorator-layers.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

const A = 'https://a.example';
const B = 'https://b.example';

const noSource = () => ({ problem: { code: 'origin-source-missing', message: '', fix: '' } }) as const;
const options = readModuleOptions({ origin: A, policies: { partners: { origin: B }, guests: {} } }, noSource);

/** What a decorator on a class comes to. */
function layers(...decorators: readonly ClassDecorator[]): DecoratorLayers {
  @applyDecorators(...decorators)
  class Target {}
  return decoratorLayers(Target, 'Target', options, new LayerReader(noSource));
}

const NOTHING = layers();

/** The layers of a route by their places, with what they set; behind it what closes. */
function placesOf(controller: DecoratorLayers, handler: DecoratorLayers): readonly string[] {
  return [options.base, ...routeLayers(controller, handler)].map(({ where, fields, closes }) =>
    [where, ...Object.keys(fields), ...(closes === true ? ['closes'] : [])].join(' '),
  );
}

describe('decoratorLayers', () => {
  it('is empty without decorators', () => {
    expect(NOTHING).toEqual({ own: [], named: [], problems: [] });
  });

  it('puts @AllowOrigin below @Preflight, whichever stands first', () => {
    const one = layers(AllowOrigin(A), Preflight({ maxAge: 1 }));
    const other = layers(Preflight({ maxAge: 1 }), AllowOrigin(A));
    expect(one.own.map(({ fields }) => Object.keys(fields))).toEqual([['origin'], ['maxAge']]);
    expect(other.own).toEqual(one.own);
  });

  it.each([
    ['@AllowOrigin', [AllowOrigin(A), AllowOrigin(B)]],
    ['@Preflight', [Preflight({ maxAge: 1 }), Preflight({ maxAge: 2 })]],
    ['@UseCorsPolicy', [UseCorsPolicy('partners'), UseCorsPolicy('guests')]],
    ['@NoCors', [NoCors(), NoCors()]],
    ['@NoCors', [NoCors({ enforce: true }), NoCors({ enforce: false })]],
  ])('refuses a second %s, also one in a composed decorator', (name, decorators) => {
    const [first, second] = decorators as [ClassDecorator, ClassDecorator];
    const { problems } = layers(first, applyDecorators(second));
    expect(problems).toMatchObject([{ code: 'decorator-repeated', where: 'Target' }]);
    expect(problems[0]?.message).toContain(name);
  });

  it.each<[given: NoCorsOptions | undefined, fields: object]>([
    [undefined, { origin: [] }],
    [{}, { origin: [] }],
    [{ enforce: undefined }, { origin: [] }],
    [{ enforce: true }, { origin: [], enforce: true }],
    [{ enforce: 'unsafe' }, { origin: [], enforce: 'unsafe' }],
    [{ enforce: false }, { origin: [], enforce: false }],
  ])('makes a layer that closes of @NoCors(%p)', (given, fields) => {
    expect(layers(NoCors(given))).toEqual({
      own: [{ where: 'Target', merge: 'replace', closes: true, fields, unread: [], raw: {} }],
      named: [],
      problems: [],
    });
  });

  it.each([
    ['@AllowOrigin', AllowOrigin(A)],
    ['@Preflight', Preflight({ maxAge: 1 })],
    ['@UseCorsPolicy', UseCorsPolicy('partners')],
  ])('refuses @NoCors beside %s', (_name, decorator) => {
    expect(layers(NoCors(), decorator).problems).toMatchObject([
      { code: 'decorator-conflict', where: 'Target' },
    ]);
  });

  it('refuses the name of a policy that does not exist, and knows what was meant', () => {
    expect(layers(UseCorsPolicy('partnes')).problems).toMatchObject([
      { code: 'policy-unknown', value: 'partnes', fix: 'write "partners"' },
    ]);
  });

  it('reports what is wrong with the options of a decorator', () => {
    const { problems } = layers(AllowOrigin('https://a.example/' as never), Preflight({ maxAge: -1 }));
    expect(problems.map(({ code, where }) => [code, where])).toEqual([
      ['origin-path', 'Target'],
      ['max-age-invalid', 'Target'],
    ]);
  });

  it.each([
    ['@AllowOrigin', { origin: A, maxAge: 1 }, AllowOrigin],
    ['@Preflight', { origin: A, maxAge: 1 }, Preflight],
  ] as const)('refuses an option of another decorator in %s', (_name, raw, decorator) => {
    expect(layers((decorator as (raw: object) => ClassDecorator)(raw)).problems).toMatchObject([
      { code: 'option-unknown' },
    ]);
  });

  it.each([
    [{ origin: A }, 'option-unknown'],
    [{ enforce: 'false' }, 'option-type'],
    [{ merge: 'extend' }, 'option-unknown'],
    [false, 'option-type'],
    [null, 'option-type'],
  ])('refuses @NoCors(%p), which closes all the same', (given, code) => {
    const { own, problems } = layers((NoCors as (raw: unknown) => ClassDecorator)(given));
    expect(problems).toMatchObject([{ code, where: 'Target' }]);
    expect(own).toMatchObject([{ closes: true, fields: { origin: [] } }]);
  });
});

describe('routeLayers', () => {
  const own = (maxAge: number): ClassDecorator => Preflight({ maxAge });

  it('goes from the module over the controller to the handler', () => {
    expect(placesOf(layers(AllowOrigin(A), own(1)), layers(AllowOrigin(B)))).toEqual([
      'options origin',
      'Target origin',
      'Target maxAge',
      'Target origin',
    ]);
  });

  it('has the module’s layer alone where nothing is decorated', () => {
    expect(placesOf(NOTHING, NOTHING)).toEqual(['options origin']);
  });

  it('puts a named policy right below the decorators beside it', () => {
    expect(placesOf(layers(UseCorsPolicy('partners'), own(1)), layers(own(2)))).toEqual([
      'options origin',
      'options.policies.partners origin',
      'Target maxAge',
      'Target maxAge',
    ]);
    expect(placesOf(layers(own(1)), layers(UseCorsPolicy('partners'), own(2)))).toEqual([
      'options origin',
      'Target maxAge',
      'options.policies.partners origin',
      'Target maxAge',
    ]);
  });

  it('uses the nearest named policy only', () => {
    const found = routeLayers(layers(UseCorsPolicy('partners')), layers(UseCorsPolicy('guests')));
    expect(found.map(({ where }) => where)).toEqual(['options.policies.guests']);
  });

  it('puts @NoCors where it stands', () => {
    expect(placesOf(layers(NoCors()), NOTHING)).toEqual(['options origin', 'Target origin closes']);
    expect(placesOf(layers(AllowOrigin(A)), layers(NoCors()))).toEqual([
      'options origin',
      'Target origin',
      'Target origin closes',
    ]);
    expect(placesOf(layers(UseCorsPolicy('partners')), layers(NoCors({ enforce: false })))).toEqual([
      'options origin',
      'options.policies.partners origin',
      'Target origin enforce closes',
    ]);
  });

  it('puts below @NoCors of the controller what opens a handler again', () => {
    expect(placesOf(layers(NoCors()), layers(AllowOrigin(B), own(1)))).toEqual([
      'options origin',
      'Target origin closes',
      'Target origin',
      'Target maxAge',
    ]);
    expect(placesOf(layers(NoCors()), layers(UseCorsPolicy('partners')))).toEqual([
      'options origin',
      'Target origin closes',
      'options.policies.partners origin',
    ]);
  });
});
