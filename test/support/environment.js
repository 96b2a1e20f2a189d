import { setTimeout as delay } from 'node:timers/promises';
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

/** What a suite starts that would go on without it: servers, connections, processes, watchers of files. */
const STARTED = new Set([
  'TCPServerWrap',
  'TCPSocketWrap',
  'PipeServerWrap',
  'ProcessWrap',
  'FSEvent',
  'FSEventWrap',
]);

/** How long what a suite has ended may take to be gone, in milliseconds. */
const PATIENCE = 5_000;

/** Where suites run. One that leaves something behind fails: the next one in its process would have it. */
export default class SuiteEnvironment extends NodeEnvironment {
  constructor(config, context) {
    super(config, context);
    this.path = context.testPath;
    this.before = started();
  }

  async teardown() {
    await super.teardown();
    const end = performance.now() + PATIENCE;
    let left = this.left();
    while (left.length > 0 && performance.now() < end) {
      await delay(20);
      left = this.left();
    }
    if (left.length > 0) throw new Error(`${this.path} has left behind: ${left.join(', ')}`);
  }

  left() {
    const before = [...this.before];
    return started().filter((name) => {
      const at = before.indexOf(name);
      if (at !== -1) before.splice(at, 1);
      return at === -1;
    });
  }
}

function started() {
  return process.getActiveResourcesInfo().filter((name) => STARTED.has(name));
}
