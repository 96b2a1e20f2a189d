import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { OriginSource } from '../../lib/index.js';
import { sourceResolver } from '../../lib/routing/source-resolver.js';

@Injectable()
class Provided implements OriginSource {
  allows(): boolean {
    return true;
  }
}

@Injectable()
class Missing extends Provided {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Provided {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Provided {}

@Injectable()
class Depends extends Provided {
  constructor(@Inject(PerRequest) readonly perRequest: PerRequest) {
    super();
  }
}

@Module({ providers: [Provided, PerRequest, Transient, Depends] })
class Feature {}

async function resolver() {
  const compiled = await Test.createTestingModule({ imports: [Feature] }).compile();
  return { resolve: sourceResolver(compiled.get(ModuleRef)), compiled };
}

describe('sourceResolver', () => {
  it('finds a source in any module', async () => {
    const { resolve, compiled } = await resolver();
    expect(resolve(Provided)).toEqual({ source: compiled.get(Provided, { strict: false }) });
  });

  it('says that a source is provided nowhere', async () => {
    const { resolve } = await resolver();
    expect(resolve(Missing)).toMatchObject({
      problem: {
        code: 'origin-source-missing',
        fix: 'add Missing to the providers of a module that the app imports',
      },
    });
  });

  it.each([
    ['of the request scope', PerRequest],
    ['of the transient scope', Transient],
    ['that injects one of the request scope', Depends],
  ])('refuses a source %s', async (_name, source) => {
    const { resolve } = await resolver();
    expect(resolve(source)).toMatchObject({
      problem: {
        code: 'origin-source-scoped',
        fix: `give ${source.name} and all that it injects the default scope`,
      },
    });
  });
});
