import { describe, expect, it, jest } from '@jest/globals';
import { ApplicationConfig, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { CorsConfigurationError } from '../../lib/policy/cors-configuration-error.js';
import type { RegisteredRoute } from '../../lib/routing/nest-internals.js';
import { nestOf } from '../../lib/routing/nest/nest-of.js';
import { has, itOn12 } from '../support/nest-11.js';

const ROUTES = ['/:id', '/a'].map((path) => ({ path })) as unknown as readonly RegisteredRoute[];
const SORTER = '@nestjs/core/router/route-specificity-sorter.js';

const express = () => new ExpressAdapter() as unknown as AbstractHttpAdapter;
const fastify = () => new FastifyAdapter() as unknown as AbstractHttpAdapter;

function bySpecificity(): ApplicationConfig {
  const config = new ApplicationConfig();
  if (has('specificity')) config.setRouteResolutionStrategy('specificity');
  return config;
}

describe('the order in which Nest registers routes', () => {
  it('is known at once where it is the one in which they are declared', () => {
    const config = new ApplicationConfig();
    expect(nestOf(config).inOrder(ROUTES, config, express())).toBe(ROUTES);
    const sorting = bySpecificity();
    expect(nestOf(sorting).inOrder(ROUTES, sorting, fastify())).toBe(ROUTES);
  });

  itOn12('specificity')('is asked of Nest where it is by specificity', async () => {
    const config = bySpecificity();
    const inOrder = await nestOf(config).inOrder(ROUTES, config, express());
    expect(inOrder.map(({ path }) => path)).toEqual(['/a', '/:id']);
  });

  itOn12('specificity')('is a problem where Nest cannot be asked, as in a bundle', async () => {
    jest.resetModules();
    jest.unstable_mockModule(SORTER, () => {
      throw new Error('not in the bundle');
    });
    const config = bySpecificity();
    const { nestOf: freshly } = await import('../../lib/routing/nest/nest-of.js');
    const error: unknown = await Promise.resolve(freshly(config).inOrder(ROUTES, config, express())).catch(
      (reason: unknown) => reason,
    );
    expect(error).toHaveProperty('name', CorsConfigurationError.name);
    expect((error as CorsConfigurationError).problems).toMatchObject([
      { code: 'nest-unsupported', field: 'routeResolutionStrategy', value: 'specificity' },
    ]);
    expect((error as CorsConfigurationError).message).toContain('not in the bundle');
  });
});
