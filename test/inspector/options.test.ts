import { describe, expect, it } from '@jest/globals';
import { inspectorProblems } from '../../lib/inspector/inspector-options.js';

class Guard {
  canActivate(): boolean {
    return true;
  }
}

describe('options of the inspector', () => {
  it.each([
    {},
    { path: '/_cors' },
    { path: '/ops/cors-page_1.html/~a' },
    { guard: Guard },
    { guard: new Guard() },
    { imports: [] },
    { manifest: 'cors.manifest.json' },
    { manifest: { schema: 1 } },
  ])('%j are taken', (options) => {
    expect(inspectorProblems(options, 'development')).toEqual([]);
  });

  it.each([
    ['', 'option-type', null],
    ['', 'option-type', '/_cors'],
    ['', 'option-type', []],
    ['path', 'route-path-invalid', { path: '' }],
    ['path', 'route-path-invalid', { path: '/' }],
    ['path', 'route-path-invalid', { path: '_cors' }],
    ['path', 'route-path-invalid', { path: '/_cors/' }],
    ['path', 'route-path-invalid', { path: '/:any' }],
    ['path', 'route-path-invalid', { path: '/a/../b' }],
    ['path', 'route-path-invalid', { path: '/a/.' }],
    ['path', 'route-path-invalid', { path: '/a b' }],
    ['path', 'route-path-invalid', { path: ['/a'] }],
    ['guard', 'option-type', { guard: 'operator' }],
    ['guard', 'option-type', { guard: {} }],
    ['guard', 'option-type', { guard: () => true }],
    ['guard', 'option-type', { guard: null }],
    ['imports', 'option-type', { imports: Guard }],
    ['manifest', 'option-type', { manifest: 7 }],
    ['manifest', 'option-type', { manifest: [] }],
    ['gaurd', 'option-unknown', { gaurd: Guard }],
  ])('%s: %s in %j', (field, code, options) => {
    const [problem, ...others] = inspectorProblems(options, 'development');
    expect(others).toEqual([]);
    expect([problem?.field, problem?.code, problem?.where]).toEqual([field, code, 'CorsInspectorModule']);
  });

  it('want a guard in production', () => {
    expect(inspectorProblems({}, 'production').map(({ code }) => code)).toEqual(['inspector-unguarded']);
    expect(inspectorProblems({ guard: Guard }, 'production')).toEqual([]);
    for (const environment of ['development', 'test', '', undefined]) {
      expect(inspectorProblems({}, environment)).toEqual([]);
    }
  });
});
