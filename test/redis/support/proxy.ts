import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between clients and a server on loopback, and can let connections die without closing them: nothing comes through
 * any more, in either direction, as behind a router that has forgotten them.
 */
export class Proxy {
  readonly #connections: { readonly sockets: readonly Socket[]; sent: string; isDead: boolean }[] = [];
  #refused: string | undefined;

  #isCut = false;

  private constructor(readonly server: Server) {}

  static async to(port: number): Promise<Proxy> {
    const proxy = new Proxy(createServer((socket) => proxy.#join(socket, connect(port, '127.0.0.1'))));
    await once(proxy.server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Lets the connections die over which a text has been sent. */
  forget(text: string): void {
    for (const connection of this.#connections) connection.isDead ||= connection.sent.includes(text);
  }

  /** Closes the connections over which a text has been sent, and those over which it will be; none any more without one. */
  refuse(text?: string): void {
    this.#refused = text;
    if (text === undefined) return;
    for (const { sockets, sent } of this.#connections) {
      if (sent.includes(text)) for (const socket of sockets) socket.destroy();
    }
  }

  /** Closes all connections, and the new ones at once, until {@link mend}. */
  cut(): void {
    this.#isCut = true;
    for (const { sockets } of this.#connections) for (const socket of sockets) socket.destroy();
  }

  mend(): void {
    this.#isCut = false;
  }

  /** How many connections there have been over which a text has been sent. */
  count(text: string): number {
    return this.#connections.filter(({ sent }) => sent.includes(text)).length;
  }

  close(): void {
    this.server.close();
    for (const { sockets } of this.#connections) for (const socket of sockets) socket.destroy();
  }

  #join(client: Socket, server: Socket): void {
    if (this.#isCut) for (const socket of [client, server]) socket.destroy();
    const connection = { sockets: [client, server], sent: '', isDead: false };
    this.#connections.push(connection);
    client.on('data', (chunk) => {
      connection.sent += String(chunk);
      if (this.#refused !== undefined && connection.sent.includes(this.#refused)) client.destroy();
      else if (!connection.isDead) server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (!connection.isDead) client.write(chunk);
    });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
  }
}
