import { describe, expect, it } from '@jest/globals';
import { applyDecorators } from '@nestjs/common';
import { AllowOrigin, NoCors, Preflight, UseCorsPolicy } from '../../lib/index.js';
import { LayerReader } from '../../lib/policy/layer-reader.js';
import { readModuleOptions } from '../../lib/policy/module-options.js';
import { decoratorLayers, routeLayers, type DecoratorLayers } from '../../lib/routing/decorator-layers.js';

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

/** The layers of a route by their places. */
function placesOf(controller: DecoratorLayers, handler: DecoratorLayers): readonly string[] | false {
  const found = routeLayers(options.base, controller, handler);
  return found && found.map(({ where, fields }) => `${where} ${Object.keys(fields).join(' ')}`);
}

describe('decoratorLayers', () => {
  it('is empty without decorators', () => {
    expect(NOTHING).toEqual({ own: [], named: [], closed: false, opens: false, problems: [] });
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
  ])('refuses a second %s, also one in a composed decorator', (name, decorators) => {
    const [first, second] = decorators as [ClassDecorator, ClassDecorator];
    const { problems } = layers(first, applyDecorators(second));
    expect(problems).toMatchObject([{ code: 'decorator-repeated', where: 'Target' }]);
    expect(problems[0]?.message).toContain(name);
  });

  it('takes a second @NoCors for the first one', () => {
    expect(layers(NoCors(), NoCors())).toMatchObject({ closed: true, problems: [] });
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

  it('knows which decorators say who may read', () => {
    expect(layers(AllowOrigin(A)).opens).toBe(true);
    expect(layers(UseCorsPolicy('partners')).opens).toBe(true);
    expect(layers(Preflight({ maxAge: 1 })).opens).toBe(false);
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
    const found = routeLayers(
      options.base,
      layers(UseCorsPolicy('partners')),
      layers(UseCorsPolicy('guests')),
    );
    expect(found && found.map(({ where }) => where)).toEqual(['options', 'options.policies.guests']);
  });

  it('closes a route under @NoCors', () => {
    expect(placesOf(layers(NoCors()), NOTHING)).toBe(false);
    expect(placesOf(layers(AllowOrigin(A)), layers(NoCors()))).toBe(false);
    expect(placesOf(layers(NoCors()), layers(own(1)))).toBe(false);
  });

  it('opens a handler of a closed controller again, without anything from outside', () => {
    expect(placesOf(layers(NoCors()), layers(AllowOrigin(B), own(1)))).toEqual([
      'Target origin',
      'Target maxAge',
    ]);
    expect(placesOf(layers(NoCors()), layers(UseCorsPolicy('partners')))).toEqual([
      'options.policies.partners origin',
    ]);
  });
});
