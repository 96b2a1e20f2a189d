import type { Call, Place, Seen } from './case.js';

/** Carries out a call in a worker or a frame of the page. Like {@link perform}, it sees nothing of this file. */
export function performElsewhere({
  from,
  call,
  source,
}: {
  from: Place;
  call: Call;
  source: string;
}): Promise<Seen | undefined> {
  interface Channel {
    addEventListener(type: 'message', listener: (event: { data: Seen | undefined }) => void): void;
  }
  interface Scope extends Channel {
    readonly Worker: new (url: string) => Channel;
    readonly document: {
      readonly body: { append(node: object): void };
      createElement(name: 'iframe'): {
        sandbox: string;
        srcdoc: string;
        src: string;
        contentWindow: { eval(script: string): unknown };
        remove(): void;
      };
    };
  }
  const scope = globalThis as unknown as Scope;
  const script = `(${source})(${JSON.stringify(call)})`;
  return new Promise((resolve) => {
    if (from === 'worker' || from === 'blob worker' || from === 'data worker') {
      const code = `${script}.then(postMessage)`;
      const urls = {
        worker: `/worker.js?code=${encodeURIComponent(code)}`,
        'blob worker': URL.createObjectURL(new Blob([code], { type: 'text/javascript' })),
        'data worker': `data:text/javascript,${encodeURIComponent(code)}`,
      };
      new scope.Worker(urls[from]).addEventListener('message', ({ data }) => resolve(data));
      return;
    }
    const frame = scope.document.createElement('iframe');
    const finish = (data: Seen | undefined): void => {
      frame.remove();
      resolve(data);
    };
    if (from === 'about:blank frame') {
      scope.document.body.append(frame);
      void (frame.contentWindow.eval(script) as Promise<Seen>).then(finish);
      return;
    }
    const html = `<script>${script}.then((seen) => parent.postMessage(seen, '*'))</script>`;
    if (from === 'sandboxed frame') {
      frame.sandbox = 'allow-scripts';
      frame.srcdoc = html;
    } else frame.src = `data:text/html,${encodeURIComponent(html)}`;
    scope.addEventListener('message', ({ data }) => finish(data));
    scope.document.body.append(frame);
  });
}
