import { embed } from './embed.js';
import { toolsFor } from './tools.js';

const AsyncFunction = async function () {}.constructor;

/**
 * Runs the code of an exercise exactly as it is shown.
 *
 * @param code the body of an async function, or HTML
 * @param call the name under which the server keeps what it received and sent
 * @param given variables that the code may use beside `call`, by name
 * @returns what the script saw, as a value and as text, and the requests that it made; can be cloned
 */
export async function run(code, call, given = {}) {
  const requests = [];
  try {
    const value = code.startsWith('<')
      ? await embed(code, call, requests, given.stage)
      : await execute(code, { ...given, ...toolsFor(call, requests), call });
    return { value, text: textOf(value), failed: false, requests };
  } catch (error) {
    return { value: undefined, text: String(error), failed: true, requests };
  }
}

function execute(code, variables) {
  return new AsyncFunction(...Object.keys(variables), code)(...Object.values(variables));
}

/** As text: on one line if it fits there. */
function textOf(value) {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'nothing';
  const line = JSON.stringify(value);
  return line.length <= 80 ? line : JSON.stringify(value, null, 2);
}
