import { EVIL, sent, type TableCase } from '../case.js';

/** Elements that load something: without CORS, unless they ask for it (HTML, "CORS settings attributes"). */
export const ELEMENT_CASES: readonly TableCase[] = [
  {
    id: 'elements/img/needs-no-policy',
    page: EVIL,
    does: { element: 'img', src: '/cached/dot.svg' },
    sees: 'loaded',
    server: [sent('GET', '/cached/dot.svg', { origin: 'none' })],
  },
  {
    id: 'elements/img/sends-cookies',
    does: { element: 'img', src: '/cached/dot.svg' },
    sees: 'loaded',
    server: [sent('GET', '/cached/dot.svg', { origin: 'none', cookie: true })],
  },
  {
    id: 'elements/img/crossorigin',
    does: { element: 'img', src: '/cached/dot.svg', crossOrigin: 'anonymous' },
    sees: 'loaded',
    server: [sent('GET', '/cached/dot.svg')],
  },
  {
    id: 'elements/img/crossorigin-hidden',
    page: EVIL,
    does: { element: 'img', src: '/cached/dot.svg', crossOrigin: 'anonymous' },
    sees: 'not loaded',
    server: [sent('GET', '/cached/dot.svg')],
  },
  {
    id: 'elements/img/crossorigin-use-credentials',
    does: { element: 'img', src: '/cached/dot.svg', crossOrigin: 'use-credentials' },
    sees: 'not loaded',
    server: [sent('GET', '/cached/dot.svg', { cookie: true })],
  },
  {
    id: 'elements/script/needs-no-policy',
    page: EVIL,
    does: { element: 'script', src: '/cached/one.js' },
    sees: 'loaded',
    server: [sent('GET', '/cached/one.js', { origin: 'none' })],
  },
  {
    id: 'elements/script/crossorigin',
    does: { element: 'script', src: '/cached/one.js', crossOrigin: 'anonymous' },
    sees: 'loaded',
    server: [sent('GET', '/cached/one.js')],
  },
  {
    id: 'elements/script/crossorigin-hidden',
    page: EVIL,
    does: { element: 'script', src: '/cached/one.js', crossOrigin: 'anonymous' },
    sees: 'not loaded',
    server: [sent('GET', '/cached/one.js')],
  },
];
