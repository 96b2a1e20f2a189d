/* The wire table without its static files, for which every platform has a package of its own. */
import { TABLE } from '../../runtimes/table.mjs';

export const ROWS = TABLE.filter(({ request }) => !request.path.startsWith('/files/'));

/** What is found wrong with the origins that the app is given by `serve.mjs`. */
export const PROBLEMS = ['origin-path', 'origin-scheme-missing'];
