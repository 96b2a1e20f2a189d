import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How long a document has for what it does by itself, in milliseconds. */
const PATIENCE = 15_000;

/** The Firefox that `FIREFOX_PATH` names, as `test/run.js` does where one is installed; `undefined` if there is none. */
export function firefoxPath(): string | undefined {
  return process.env['FIREFOX_PATH'];
}

/**
 * An ordinary Firefox, which nobody drives: it opens one document after the other, each in a profile of its own that is gone
 * afterwards, for as long as the document needs for what it does by itself.
 *
 * @param hosts - the names that are this machine
 */
export async function startFirefox(hosts: readonly string[]) {
  const running = new Set<() => void>();
  return {
    visit: (url: string): Promise<void> => {
      for (const end of running) end();
      const profile = mkdtempSync(join(tmpdir(), 'nestjs-cors-firefox-'));
      writeFileSync(join(profile, 'user.js'), preferences(hosts));
      const path = firefoxPath() as string;
      const child = spawn(path, ['--headless', '--no-remote', '--profile', profile, url], {
        stdio: 'ignore',
      });
      const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
      const end = (): void => void child.kill('SIGKILL');
      running.add(end);
      child.once('exit', () => {
        clearTimeout(timer);
        running.delete(end);
        rmSync(profile, { recursive: true, force: true });
      });
      return new Promise((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
    },
    close: async (): Promise<void> => {
      for (const end of running) end();
    },
  };
}

/** Nothing leaves this machine, and nothing is asked. */
function preferences(hosts: readonly string[]): string {
  const all: Readonly<Record<string, string | number | boolean>> = {
    'network.dns.localDomains': hosts.join(','),
    'network.trr.mode': 5,
    'network.proxy.type': 0,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'app.update.auto': false,
    'browser.aboutwelcome.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.page': 0,
    'datareporting.policy.dataSubmissionEnabled': false,
    'dom.security.https_first': false,
    'toolkit.telemetry.reportingpolicy.firstRun': false,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}
