import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway, type OnGatewayConnection } from '@nestjs/websockets';
import { ran } from '../support/fixture.js';

/** As every tutorial has it. */
@WebSocketGateway({ cors: { origin: '*' } })
class ChatGateway implements OnGatewayConnection {
  handleConnection(): void {
    ran('connection');
  }
  @SubscribeMessage('greet') greet(): string {
    return 'hello';
  }
}

export function metadata(): ModuleMetadata {
  return { providers: [ChatGateway] };
}

export function prepare(app: INestApplication): void {
  app.useWebSocketAdapter(new IoAdapter(app));
}
